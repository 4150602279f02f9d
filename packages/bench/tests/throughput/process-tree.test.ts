import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { afterEach, describe, expect, it } from "@jest/globals";
import { processTree, treeAnonymousBytes, treeFileBytes } from "../../src/throughput/process-tree.ts";

// The tests' own process changes its memory while it is read: these say a word and then do nothing.
const QUIET = `process.stdin.resume(); process.stdout.write("started");`;
const WITH_A_CHILD = `
  const child = require("node:child_process").spawn(process.execPath, ["-e", ${JSON.stringify(QUIET)}]);
  child.stdout.pipe(process.stdout);
  process.stdin.resume().on("end", () => child.stdin.end());
`;

const ends: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  await Promise.all(ends.splice(0).map((end) => end()));
});

async function start(program: string): Promise<number> {
  const child = spawn(process.execPath, ["-e", program], { stdio: ["pipe", "pipe", "inherit"] });
  const ended = once(child, "exit");
  ends.push(() => {
    child.stdin.end();
    return ended;
  });
  await once(child.stdout, "data");
  return child.pid as number;
}

function said(pid: number, file: string, name: string): number {
  const line = new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(readFileSync(`/proc/${pid}/${file}`, "utf8"));
  return Number(line?.[1]) * 1024;
}

const onLinux = process.platform === "linux" ? describe : describe.skip;

onLinux("the memory of a tree of processes", () => {
  it("is, for one process, what the system says of it", async () => {
    const pid = await start(QUIET);
    expect(treeAnonymousBytes(pid) / said(pid, "status", "RssAnon")).toBeCloseTo(1, 0);
    const files = treeFileBytes(pid);
    // Counted page by page: what `status` says lags behind by some pages a thread.
    const mapped = said(pid, "smaps_rollup", "Rss") - said(pid, "smaps_rollup", "Anonymous");
    // Each part of a file once, however often it is mapped.
    expect(files).toBeGreaterThan(Math.max(10e6, mapped * 0.5));
    expect(files).toBeLessThanOrEqual(mapped * 1.05);
  });

  it("counts the files that two processes have mapped once", async () => {
    const alone = await start(QUIET);
    const two = await start(WITH_A_CHILD);
    expect(processTree(two)).toHaveLength(2);
    expect(treeFileBytes(two)).toBeLessThan(1.5 * treeFileBytes(alone));
    expect(treeAnonymousBytes(two)).toBeGreaterThan(1.5 * treeAnonymousBytes(alone));
  });

  it("is 0 for what does not run", () => {
    expect(treeAnonymousBytes(2 ** 22 + 1)).toBe(0);
    expect(treeFileBytes(2 ** 22 + 1)).toBe(0);
  });
});
