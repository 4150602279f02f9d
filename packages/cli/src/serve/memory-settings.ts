import { realpathSync } from "node:fs";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";

/** So many processors share a heap of the C library; with one heap, two of them were no slower. */
const CPUS_OF_AN_ARENA = 4;

/**
 * Blocks of a weight's size go back to the system when they are freed. Else the C library learns from the first of them
 * to keep such blocks, and a server keeps the memory in which it once read a model: 130 MB after one of 100 MB. What workers
 * need while they load is taken from the same heap; one for each thread keeps it once for each (10 to 30 MB).
 *
 * Source: mallopt(3).
 */
function allocatorSettings(): Readonly<Record<string, string>> {
  return {
    MALLOC_ARENA_MAX: String(Math.ceil(availableParallelism() / CPUS_OF_AN_ARENA)),
    MALLOC_MMAP_THRESHOLD_: String(2 ** 20),
    MALLOC_TRIM_THRESHOLD_: String(4 * 2 ** 20),
  };
}

/** Half of Node's own: requests leave little behind, and what is young stays in the processor's cache (15 MB, 8 % of the CPU). */
const YOUNG_MEMORY = "--max-semi-space-size";
const YOUNG_MEMORY_MB = 8;

/**
 * Begins a server anew with the settings, in the same process: they are taken only when a program starts. Whoever sets
 * the first of them, in an image for instance, spares that.
 *
 * @param main the program that this process was called with; where it is only a part of another one, nothing happens.
 */
export function restartWithMemorySettings(main: string, environment: NodeJS.ProcessEnv): void {
  const [node, program, command] = process.argv;
  if (command !== "serve" || process.platform !== "linux" || process.execve === undefined) return;
  if (environment["MALLOC_MMAP_THRESHOLD_"] !== undefined) return;
  if (node === undefined || program === undefined || realpathSync(program) !== fileURLToPath(main)) return;
  const said = `${environment["NODE_OPTIONS"] ?? ""} ${process.execArgv.join(" ")}`;
  const young = said.includes(YOUNG_MEMORY) ? [] : [`${YOUNG_MEMORY}=${YOUNG_MEMORY_MB}`];
  const words = [node, ...process.execArgv, ...young, ...process.argv.slice(1)];
  process.execve(process.execPath, words, { ...allocatorSettings(), ...environment });
}
