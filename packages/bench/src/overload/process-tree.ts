import { readdirSync, readFileSync } from "node:fs";

/** Processes that a process has started and that still run. Source: proc(5), `task/TID/children`. */
export function childrenOf(pid: number): number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((thread) => {
      const listed = readFileSync(`/proc/${pid}/task/${thread}/children`, "utf8").trim();
      return listed === "" ? [] : listed.split(" ").map(Number);
    });
  } catch {
    return [];
  }
}

/** A process, its children, theirs, and so on. */
export function withDescendants(pid: number): number[] {
  return [pid, ...childrenOf(pid).flatMap(withDescendants)];
}
