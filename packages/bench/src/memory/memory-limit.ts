import { type ControlGroup, makeControlGroup, withControlGroup } from "../limits/control-group.ts";

const MEBIBYTE = 1024 * 1024;

/** Runs `work` below a limit of memory. @throws Error of the system where groups cannot be made. */
export async function withMemoryLimit<Result>(
  mebibytes: number,
  work: (launcher: readonly string[]) => Promise<Result>,
): Promise<Result> {
  return withControlGroup(makeMemoryGroup(mebibytes), work);
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

/** Its processes may have no more memory than this, the cache of their files included. */
function makeMemoryGroup(mebibytes: number): ControlGroup {
  const limit = String(mebibytes * MEBIBYTE);
  return makeControlGroup("memory", {
    first: { "memory.limit_in_bytes": limit, "memory.memsw.limit_in_bytes": limit },
    second: { "memory.max": limit, "memory.swap.max": "0" },
    optional: ["memory.memsw.limit_in_bytes", "memory.swap.max"],
  });
}
