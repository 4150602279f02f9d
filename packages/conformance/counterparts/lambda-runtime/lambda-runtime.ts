import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CheckResult, Counterpart } from "../counterpart.ts";
import { unpackArtefact } from "./artefact.ts";
import { CHECKS } from "./checks.ts";
import { prepareNodePrograms, versionOf } from "./node-programs.ts";
import { prepareRuntimeInterfaceClient } from "./runtime-interface-client.ts";

/** The zip that is deployed, under the program with which Lambda's own Node images run handlers. */
export const lambdaRuntime: Counterpart = {
  name: "lambda-runtime",
  async run(report) {
    const runtimeInterfaceClient = prepareRuntimeInterfaceClient();
    const nodePrograms = prepareNodePrograms();
    const scratch = mkdtempSync(join(tmpdir(), "virga-lambda-runtime-"));
    try {
      const folder = await unpackArtefact(scratch);
      for (const nodeProgram of nodePrograms) {
        const version = versionOf(nodeProgram);
        for (const [index, [name, run]] of Object.entries(CHECKS).entries()) {
          const place = {
            setup: { nodeProgram, runtimeInterfaceClient, folder },
            scratch: join(scratch, `${version}-${index}`),
          };
          mkdirSync(place.scratch);
          await attempt(`Node ${version}: ${name}`, run(place), report);
        }
      }
    } finally {
      rmSync(scratch, { recursive: true, force: true });
    }
  },
};

async function attempt(check: string, work: Promise<void>, report: (result: CheckResult) => void): Promise<void> {
  await work.then(
    () => report({ check }),
    (error: unknown) =>
      report({ check, failure: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
  );
}
