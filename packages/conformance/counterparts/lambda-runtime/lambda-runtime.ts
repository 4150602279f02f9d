import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CheckResult, Counterpart } from "../counterpart.ts";
import { unpackArtefact } from "./artefact.ts";
import { CHECKS } from "./checks.ts";
import { EMULATOR_CHECKS } from "./emulator-checks.ts";
import { prepareNodePrograms, versionOf } from "./node-programs.ts";
import { prepareRuntimeInterfaceClient } from "./runtime-interface-client.ts";
import { prepareRuntimeInterfaceEmulator } from "./runtime-interface-emulator.ts";
import type { Place } from "./started-function.ts";

/** The zip that is deployed, under the program with which Lambda's own Node images run handlers, and AWS's emulator. */
export const lambdaRuntime: Counterpart = {
  name: "lambda-runtime",
  async run(report) {
    const runtimeInterfaceClient = prepareRuntimeInterfaceClient();
    const emulator = prepareRuntimeInterfaceEmulator();
    const nodePrograms = prepareNodePrograms();
    const scratch = mkdtempSync(join(tmpdir(), "virga-lambda-runtime-"));
    try {
      const folder = await unpackArtefact(scratch);
      for (const nodeProgram of nodePrograms) {
        const version = versionOf(nodeProgram);
        const setup = { nodeProgram, runtimeInterfaceClient, folder };
        for (const [name, run] of Object.entries(CHECKS)) {
          await attempt(`Node ${version}: ${name}`, (place) => run(place), { setup, scratch }, report);
        }
        for (const [name, run] of Object.entries(EMULATOR_CHECKS)) {
          const check = `Node ${version}, emulator: ${name}`;
          await attempt(check, (place) => run(place, emulator), { setup, scratch }, report);
        }
      }
    } finally {
      rmSync(scratch, { recursive: true, force: true });
    }
  },
};

/** Each check has a folder of its own below the scratch folder. */
async function attempt(
  check: string,
  run: (place: Place) => Promise<void>,
  { setup, scratch }: Place,
  report: (result: CheckResult) => void,
): Promise<void> {
  try {
    await run({ setup, scratch: mkdtempSync(join(scratch, "check-")) });
    report({ check });
  } catch (error) {
    report({ check, failure: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }
}
