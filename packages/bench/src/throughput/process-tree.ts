import { readdirSync, readFileSync } from "node:fs";
import { cpuMilliseconds } from "../weights/sampled-process.ts";

/** A process and all that it started, directly or not, as far as they still run. */
export function processTree(root: number): number[] {
  const tree = [root];
  for (const pid of tree) tree.push(...childrenOf(pid));
  return tree;
}

/**
 * Bytes of memory that a tree of processes holds: the anonymous memory of all, and the mapped files of the process that has
 * most of them, since what several have mapped lies in memory once. 0 where there is no `/proc`.
 */
export function treeMemoryBytes(root: number): number {
  const statuses = processTree(root).map(readStatus);
  const anonymous = statuses.reduce((sum, status) => sum + kilobytes(status, "RssAnon"), 0);
  const mapped = statuses.map((status) => kilobytes(status, "RssFile") + kilobytes(status, "RssShmem"));
  return 1024 * (anonymous + Math.max(...mapped));
}

/** What a tree of processes has taken of the processors so far, each to 10 ms; 0 where there is no `/proc`. */
export function treeCpuMs(root: number): number {
  return processTree(root).reduce((sum, pid) => sum + cpuMilliseconds(pid), 0);
}

function childrenOf(pid: number): number[] {
  try {
    const threads = readdirSync(`/proc/${pid}/task`);
    const lines = threads.map((thread) => readFileSync(`/proc/${pid}/task/${thread}/children`, "utf8"));
    return lines.join(" ").split(/\s+/).filter(Boolean).map(Number);
  } catch {
    // It has ended, or this system does not tell.
    return [];
  }
}

function readStatus(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/status`, "utf8");
  } catch {
    return "";
  }
}

function kilobytes(status: string, name: string): number {
  return Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(status)?.[1] ?? 0);
}
