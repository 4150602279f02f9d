import { readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import { treeAnonymousBytes, treeFileBytes } from "../../src/throughput/process-tree.ts";

function status(name: string): number {
  const line = new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(readFileSync("/proc/self/status", "utf8"));
  return Number(line?.[1]) * 1024;
}

const onLinux = process.platform === "linux" ? describe : describe.skip;

onLinux("the memory of a tree of processes", () => {
  it("is, for one process, what the system says of it", () => {
    const anonymous = treeAnonymousBytes(process.pid);
    expect(anonymous / status("RssAnon")).toBeCloseTo(1, 0);
    const files = treeFileBytes(process.pid);
    // Each part of a file once, however often it is mapped; the system's own count lags behind by some pages a thread.
    expect(files).toBeGreaterThan(10e6);
    expect(files).toBeLessThanOrEqual(status("RssFile") * 1.2);
  });

  it("is 0 for what does not run", () => {
    expect(treeAnonymousBytes(2 ** 22 + 1)).toBe(0);
    expect(treeFileBytes(2 ** 22 + 1)).toBe(0);
  });
});
