import { randomUUID } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const HIERARCHIES = "/sys/fs/cgroup";

/** A group of processes with limits, below this process's own group, whose limits go on to hold. */
export interface ControlGroup {
  /** Starts the words after it inside the group. */
  readonly launcher: readonly string[];
  /** To be called when none of its processes is left. */
  remove(): Promise<void>;
}

/** The limits of a group: what to write into which of its files. */
export interface GroupLimits {
  readonly first: Readonly<Record<string, string>>;
  readonly second: Readonly<Record<string, string>>;
  /** Files among them that not every system has. */
  readonly optional?: readonly string[];
}

/** Makes a group. @param limits by the edition of control groups that the system has. @throws Error of the system where it may not. */
export function makeControlGroup(controller: "cpu" | "memory", limits: GroupLimits): ControlGroup {
  const { parent, edition } = ownGroup(controller);
  const folder = join(parent, `virga-bench-${randomUUID()}`);
  mkdirSync(folder);
  try {
    for (const [file, value] of Object.entries(limits[edition])) {
      const path = join(folder, file);
      if (existsSync(path) || limits.optional?.includes(file) !== true) writeFileSync(path, value);
    }
  } catch (error) {
    rmdirSync(folder);
    throw error;
  }
  const launcher = ["/bin/sh", "-c", 'echo $$ > "$0/cgroup.procs" && exec "$@"', folder];
  return { launcher, remove: () => removeGroup(folder) };
}

/** Runs `work` with a group that is removed after it. @throws Error of the system where groups cannot be made. */
export async function withControlGroup<Result>(
  group: ControlGroup,
  work: (launcher: readonly string[]) => Promise<Result>,
): Promise<Result> {
  try {
    return await work(group.launcher);
  } finally {
    await group.remove();
  }
}

function ownGroup(controller: string): { readonly parent: string; readonly edition: "first" | "second" } {
  const lines = readFileSync("/proc/self/cgroup", "utf8").trim().split("\n");
  const groups = lines.map((line) => line.split(":"));
  const first = groups.find(([, controllers]) => controllers?.split(",").includes(controller));
  if (first !== undefined) return { parent: join(HIERARCHIES, controller, first[2] ?? "/"), edition: "first" };
  return { parent: join(HIERARCHIES, groups.find(([number]) => number === "0")?.[2] ?? "/"), edition: "second" };
}

/** The system takes a moment to see that the last process has gone. */
async function removeGroup(folder: string): Promise<void> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      rmdirSync(folder);
      return;
    } catch (error) {
      if (attempt === 100) throw error;
      await sleep(20);
    }
  }
}
