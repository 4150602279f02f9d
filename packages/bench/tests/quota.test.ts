import { execFile } from "node:child_process";
import { globSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "@jest/globals";
import type { Row } from "../src/frame/row.ts";
import { makeControlGroup } from "../src/limits/control-group.ts";

const run = promisify(execFile);
const main = fileURLToPath(new URL("../src/main.ts", import.meta.url));
const HALF_A_CPU = {
  first: { "cpu.cfs_period_us": "100000", "cpu.cfs_quota_us": "50000" },
  second: { "cpu.max": "50000 100000" },
};

function groups(): string[] {
  return globSync("/sys/fs/cgroup/**/virga-bench-*");
}

describe("a control group", () => {
  it("holds what is started by its launcher, and goes when that has ended", async () => {
    let group: ReturnType<typeof makeControlGroup>;
    try {
      group = makeControlGroup("cpu", HALF_A_CPU);
    } catch (error) {
      process.stderr.write(`skipped: this process may not make control groups (${error})\n`);
      return;
    }
    const [shell = "", ...words] = group.launcher;
    const { stdout } = await run(shell, [...words, "cat", "/proc/self/cgroup"]);
    expect(stdout).toMatch(/virga-bench-/);
    expect(readFileSync("/proc/self/cgroup", "utf8")).not.toMatch(/virga-bench-/);
    const name = /virga-bench-[\w-]+/.exec(stdout)?.[0] ?? "";
    await group.remove();
    expect(groups().filter((folder) => folder.endsWith(name))).toEqual([]);
  });

  it("leaves nothing behind when a limit cannot be set", () => {
    const before = groups();
    const wrong = { first: { "cpu.no_such_file/x": "1" }, second: { "cpu.no_such_file/x": "1" } };
    expect(() => makeControlGroup("cpu", wrong)).toThrow();
    expect(groups()).toEqual(before);
  });
});

describe("quota", () => {
  it("compares ours with the runtime's defaults and with hand tuning, or says why it cannot", async () => {
    const flags = [
      "--models",
      "tiny",
      "--clients",
      "2",
      "--rounds",
      "1",
      "--seconds",
      "0.2",
      "--warmup",
      "0.2",
      "--json",
    ];
    const words = ["--conditions=virga:source", "--disable-warning=ExperimentalWarning", main, "quota", ...flags];
    const { stdout } = await run(process.execPath, words, { timeout: 170_000 });
    const { rows } = JSON.parse(stdout.trimEnd().split("\n").at(-1) ?? "") as { rows: Row[] };
    if (rows.length === 0) {
      expect(stdout).toContain("skipped: ");
      return;
    }
    expect(rows.map(({ goal }) => goal?.value)).toEqual([2, 0.95]);
    for (const row of rows) {
      expect(row.ours).toBeGreaterThan(0);
      expect(row.naive).toBeGreaterThan(0);
    }
  }, 180_000);
});
