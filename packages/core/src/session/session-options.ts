import { availableParallelism, devNull } from "node:os";
import { InferenceError } from "../errors.ts";
import type { ModelSource } from "./engine.ts";
import type { NativeOptions, NativeRunOptions } from "./onnx-runtime.ts";

/** What may differ between two engines. */
export interface OnnxEngineOptions {
  /** Threads that work on one run; as many as this process may use CPUs, at most 8, where absent. */
  readonly threads?: number;
}

/** Spelt exactly: the runtime takes a key that it does not know without a word. */
interface ConfigEntries {
  readonly "session.intra_op.allow_spinning": "0" | "1";
  readonly "session.model_external_initializers_file_folder_path"?: string;
}

/** More threads than this gain little on the models of a service, and take the CPUs from its other requests. */
const MOST_DEFAULT_THREADS = 8;
const LOG_FATAL_ONLY = 4;

/** A run that gives the session's idle memory back, and lets its pool grow from small steps again. */
export const SHRINK_MEMORY: NativeRunOptions = { extra: { memory: { enable_memory_arena_shrinkage: "cpu:0" } } };

/**
 * The threads that one run may use.
 *
 * @throws InferenceError `CONFIG_INVALID` for a number that is none of threads.
 */
export function chooseThreads({ threads }: OnnxEngineOptions): number {
  if (threads === undefined) return Math.min(availableParallelism(), MOST_DEFAULT_THREADS);
  if (Number.isInteger(threads) && threads >= 1) return threads;
  throw new InferenceError("CONFIG_INVALID", `The number of threads must be 1 or more, not ${threads}.`);
}

/** The runtime's options for a session of a model. */
export function toNativeOptions(source: ModelSource, threads: number): NativeOptions {
  // Threads that spin while they wait burn the CPU quota of a container: 2.3 times fewer requests at half a CPU.
  const entries: ConfigEntries = { "session.intra_op.allow_spinning": "0" };
  const options: NativeOptions = {
    intraOpNumThreads: threads,
    // Every failure reaches the caller as an error; the runtime would print it as well.
    logSeverityLevel: LOG_FATAL_ONLY,
    extra: { ...entries },
  };
  if (source.kind === "file") return options;
  // Without a folder, weights that are not given would be read from the process's working directory.
  const noFolder: ConfigEntries = { ...entries, "session.model_external_initializers_file_folder_path": devNull };
  const externalData = Object.entries(source.externalData ?? {}).map(([path, data]) => ({ path, data }));
  return { ...options, extra: { ...noFolder }, ...(externalData.length === 0 ? {} : { externalData }) };
}
