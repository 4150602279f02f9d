import { spawn } from "node:child_process";
import { accessSync, constants, existsSync, mkdtempSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "@jest/globals";

const GROUPS = "/sys/fs/cgroup/cpu";

/** Groups of version 1, and leave to make one: elsewhere only files laid out like theirs can be read. */
const canLimit = ((): boolean => {
  try {
    accessSync(GROUPS, constants.W_OK);
    return existsSync(join(GROUPS, "cpu.cfs_quota_us"));
  } catch {
    return false;
  }
})();

describe("a real quota", () => {
  (canLimit ? it : it.skip)("of 56 % is found, and one thread used (needs root and control groups 1)", async () => {
    const group = mkdtempSync(join(GROUPS, "virga-test-"));
    try {
      writeFileSync(join(group, "cpu.cfs_quota_us"), "56000");
      expect(await askInside(group)).toEqual({ cpus: 0.56, threads: 1 });
    } finally {
      rmdirSync(group);
    }
  });
});

/** What a process finds that is moved into the group before it looks. */
async function askInside(group: string): Promise<unknown> {
  const source = (path: string): string => JSON.stringify(new URL(`../../src/${path}`, import.meta.url).href);
  const script = `
    const { availableCpus } = await import(${source("cpu/cpu-quota.ts")});
    const { chooseThreads } = await import(${source("session/session-options.ts")});
    process.stdin.once("data", () => {
      console.log(JSON.stringify({ cpus: availableCpus(), threads: chooseThreads({}) }));
      process.exit();
    });`;
  const child = spawn(
    process.execPath,
    ["--conditions=virga:source", "--disable-warning=ExperimentalWarning", "--input-type=module", "--eval", script],
    { stdio: ["pipe", "pipe", "inherit"], cwd: fileURLToPath(new URL(".", import.meta.url)), env: {} },
  );
  writeFileSync(join(group, "cgroup.procs"), String(child.pid));
  child.stdin.write("look\n");
  const output: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => output.push(chunk));
  await new Promise((resolve) => child.on("close", resolve));
  return JSON.parse(Buffer.concat(output).toString());
}
