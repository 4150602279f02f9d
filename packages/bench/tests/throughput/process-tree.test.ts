import { readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import { treeAnonymousBytes, treeFileBytes } from "../../src/throughput/process-tree.ts";

function said(file: string, name: string): number {
  const line = new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(readFileSync(`/proc/self/${file}`, "utf8"));
  return Number(line?.[1]) * 1024;
}

const onLinux = process.platform === "linux" ? describe : describe.skip;

onLinux("the memory of a tree of processes", () => {
  it("is, for one process, what the system says of it", () => {
    const anonymous = treeAnonymousBytes(process.pid);
    expect(anonymous / said("status", "RssAnon")).toBeCloseTo(1, 0);
    const files = treeFileBytes(process.pid);
    // Counted page by page: what `status` says lags behind by some pages a thread.
    const mapped = said("smaps_rollup", "Rss") - said("smaps_rollup", "Anonymous");
    // Each part of a file once, however often it is mapped.
    expect(files).toBeGreaterThan(10e6);
    expect(files).toBeLessThanOrEqual(mapped * 1.05);
  });

  it("is 0 for what does not run", () => {
    expect(treeAnonymousBytes(2 ** 22 + 1)).toBe(0);
    expect(treeFileBytes(2 ** 22 + 1)).toBe(0);
  });
});
