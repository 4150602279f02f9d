import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "@jest/globals";

const module = fileURLToPath(new URL("../../../src/weights/cache/process-identity.ts", import.meta.url));

/** The machine that a process takes itself to be on, with this folder for temporary files. */
function machineOf(temporary: string): string {
  const code = `import(${JSON.stringify(module)}).then(({ ownIdentity }) => process.stdout.write(ownIdentity().machine))`;
  const { stdout, stderr } = spawnSync(process.execPath, ["--conditions=virga:source", "--eval", code], {
    encoding: "utf8",
    env: { TMPDIR: temporary, NODE_NO_WARNINGS: "1" },
  });
  if (stdout === "") throw new Error(stderr);
  return stdout;
}

describe("the machine of a process", () => {
  it("is the same for processes that share the disk for temporary files, and another where they do not", () => {
    const [one, other] = [1, 2].map(() => mkdtempSync(join(tmpdir(), "virga-identity-")));
    try {
      const first = machineOf(one!);
      expect(first).toMatch(/^[0-9a-f]{12}$/);
      expect(machineOf(one!)).toBe(first);
      expect(machineOf(other!)).not.toBe(first);
      expect(readdirSync(one!)).toEqual(["virga-machine"]);
    } finally {
      for (const folder of [one!, other!]) rmSync(folder, { recursive: true });
    }
  });

  it("is told where nothing temporary can be written", () => {
    expect(machineOf("/nowhere")).toMatch(/^[0-9a-f]{12}$/);
  });
});
