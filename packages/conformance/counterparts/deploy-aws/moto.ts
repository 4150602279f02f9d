import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { CheckResult } from "../counterpart.ts";
import { withStandIn } from "../stand-in.ts";
import { withCreated, withExisting } from "./file-system-steps.ts";
import { type ExistingFileSystem, FileSystems } from "./file-systems.ts";
import { withCopy } from "./project.ts";
import { runSteps } from "./steps.ts";

const SERVER = fileURLToPath(new URL("moto_server.py", import.meta.url));

/** moto knows file systems and networks, and runs no function: what is made and what is left is looked at. */
export async function deployOnMoto(python: string, report: (result: CheckResult) => void): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "virga-moto-"));
  const moto = {
    command: join(python, "python"),
    arguments: (port: number) => [SERVER, "-H", "127.0.0.1", "-p", String(port)],
    readyPath: "/moto-api/data.json",
    folder,
  };
  try {
    await withStandIn(moto, (endpoint) =>
      withCopy(["aws: { efs: { create: true } }"], (copy) =>
        runSteps("moto, a file system of its own", withCreated({ folder: copy, endpoint }), report),
      ),
    );
    await withStandIn(moto, async (endpoint) => {
      const existing = await new FileSystems(endpoint).create();
      await withCopy([`aws: { efs: ${written(existing)} }`], (copy) =>
        runSteps("moto, an existing file system", withExisting({ folder: copy, endpoint }, existing), report),
      );
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function written({ fileSystem, accessPoint, subnet, securityGroup }: ExistingFileSystem): string {
  return `{ fileSystem: ${fileSystem}, accessPoint: ${accessPoint}, subnets: [${subnet}], securityGroups: [${securityGroup}] }`;
}
