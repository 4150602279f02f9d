import { readdirSync, readFileSync } from "node:fs";
import { anonymousBytes, cpuMilliseconds } from "../weights/sampled-process.ts";

/** A process and all that it started, directly or not, as far as they still run. */
export function processTree(root: number): number[] {
  const tree = [root];
  for (const pid of tree) tree.push(...childrenOf(pid));
  return tree;
}

/** Anonymous memory of a tree of processes; 0 where there is no `/proc`. */
export function treeAnonymousBytes(root: number): number {
  return processTree(root).reduce((sum, pid) => sum + anonymousBytes(pid), 0);
}

/**
 * Memory of the files that a tree of processes has mapped: what several of them, or one of them several times, have mapped
 * lies in memory once. Takes milliseconds, in which their memory cannot be changed. 0 where there is no `/proc`.
 *
 * Source: proc_pid_smaps(5).
 */
export function treeFileBytes(root: number): number {
  const parts = new Map<string, number>();
  for (const pid of processTree(root)) {
    for (const mapping of readMappings(pid)) {
      parts.set(mapping.part, Math.max(parts.get(mapping.part) ?? 0, mapping.kilobytes));
    }
  }
  return 1024 * [...parts.values()].reduce((sum, kilobytes) => sum + kilobytes, 0);
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

interface FileMapping {
  /** Which part of which file. */
  readonly part: string;
  /** Of it in memory, but for pages that the process has changed for itself. */
  readonly kilobytes: number;
}

const HEAD = /^([0-9a-f]+)-([0-9a-f]+) \S+ ([0-9a-f]+) (\S+) (\d+)/;

function readMappings(pid: number): FileMapping[] {
  const mappings: FileMapping[] = [];
  let part: string | undefined;
  let resident = 0;
  for (const line of readLines(`/proc/${pid}/smaps`)) {
    const [, from, to, offset, device, inode] = HEAD.exec(line) ?? [];
    if (inode !== undefined) part = inode === "0" ? undefined : [device, inode, offset, length(from, to)].join(" ");
    const [, name, kilobytes] = /^(Rss|Anonymous): +(\d+) kB/.exec(line) ?? [];
    if (name === "Rss") resident = Number(kilobytes);
    if (name === "Anonymous" && part !== undefined) mappings.push({ part, kilobytes: resident - Number(kilobytes) });
  }
  return mappings;
}

function length(from = "", to = ""): number {
  return Number.parseInt(to, 16) - Number.parseInt(from, 16);
}

function readLines(path: string): string[] {
  try {
    return readFileSync(path, "utf8").split("\n");
  } catch {
    return [];
  }
}
