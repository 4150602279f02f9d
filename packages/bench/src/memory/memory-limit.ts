import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const MEBIBYTE = 1024 * 1024;
const HIERARCHIES = "/sys/fs/cgroup";

/** A group of processes that may have no more memory than this, the cache of their files included. */
interface MemoryGroup {
  /** Starts the words after it inside the group. */
  readonly launcher: readonly string[];
  remove(): Promise<void>;
}

/** Runs `work` below a limit of memory. @throws Error of the system where groups cannot be made. */
export async function withMemoryLimit<Result>(
  mebibytes: number,
  work: (launcher: readonly string[]) => Promise<Result>,
): Promise<Result> {
  const group = makeGroup(mebibytes);
  try {
    return await work(group.launcher);
  } finally {
    await group.remove();
  }
}

const ANY_MEBIBYTES = 16;

/** Why no limits can be set here, in the system's words; nothing where they can. */
export async function whyUnlimited(): Promise<string | undefined> {
  try {
    await withMemoryLimit(ANY_MEBIBYTES, async () => undefined);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function makeGroup(mebibytes: number): MemoryGroup {
  const folder = join(ownFolder(), `virga-bench-${process.pid}`);
  mkdirSync(folder);
  const limit = String(mebibytes * MEBIBYTE);
  const remove = (): Promise<void> => removeGroup(folder);
  try {
    const isFirstEdition = existsSync(join(folder, "memory.limit_in_bytes"));
    writeFileSync(join(folder, isFirstEdition ? "memory.limit_in_bytes" : "memory.max"), limit);
    const swap = join(folder, isFirstEdition ? "memory.memsw.limit_in_bytes" : "memory.swap.max");
    if (existsSync(swap)) writeFileSync(swap, isFirstEdition ? limit : "0");
  } catch (error) {
    rmdirSync(folder);
    throw error;
  }
  return { launcher: ["/bin/sh", "-c", 'echo $$ > "$0/cgroup.procs" && exec "$@"', folder], remove };
}

/** Below this process's own group, whose limits go on to hold. */
function ownFolder(): string {
  const lines = readFileSync("/proc/self/cgroup", "utf8").trim().split("\n");
  const groups = lines.map((line) => line.split(":"));
  const first = groups.find(([, controllers]) => controllers?.split(",").includes("memory"));
  if (first !== undefined) return join(HIERARCHIES, "memory", first[2] ?? "/");
  return join(HIERARCHIES, groups.find(([number]) => number === "0")?.[2] ?? "/");
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
