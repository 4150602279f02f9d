import { devNull } from "node:os";
import { availableCpus } from "../cpu/cpu-quota.ts";
import { InferenceError } from "../errors.ts";
import type { LoadMode, ModelSource } from "./engine.ts";
import type { NativeOptions } from "./onnx-runtime.ts";

/** What may differ between two engines. */
export interface OnnxEngineOptions {
  /** Threads that work on one run; as many as this process may use whole CPUs, from 1 to 8, where absent. */
  readonly threads?: number;
  /**
   * Whether threads spin during a run while they wait for each other, and sleep after it: quicker where CPUs are idle,
   * harmful where others need them; `false` where absent.
   */
  readonly spinning?: boolean;
}

/** Spelt exactly: the runtime takes a key that it does not know without a word. */
interface ConfigEntries {
  readonly "session.intra_op.allow_spinning": "0" | "1";
  /** Else threads spin on after the run: 30 ms of CPU time with each. */
  readonly "session.force_spinning_stop"?: "1";
  readonly "session.model_external_initializers_file_folder_path"?: string;
  readonly "session.disable_prepacking"?: "1";
  readonly "session.optimized_model_external_initializers_file_name"?: string;
  readonly "session.optimized_model_external_initializers_min_size_in_bytes"?: string;
  readonly "session.save_external_prepacked_constant_initializers"?: "1";
  /** Whether int8 products stay what they are, as ARM does them fastest, or become uint8, as x64 does. */
  readonly "session.qdqisint8allowed"?: "0" | "1";
}

/** More threads than this gain little on the models of a service, and take the CPUs from its other requests. */
const MOST_DEFAULT_THREADS = 8;
const LOG_FATAL_ONLY = 4;

/**
 * The threads that one run may use.
 *
 * @throws InferenceError `CONFIG_INVALID` for a number that is none of threads.
 */
export function chooseThreads({ threads }: OnnxEngineOptions): number {
  if (threads === undefined) return Math.min(Math.max(Math.floor(availableCpus()), 1), MOST_DEFAULT_THREADS);
  if (Number.isInteger(threads) && threads >= 1) return threads;
  throw new InferenceError("CONFIG_INVALID", `The number of threads must be 1 or more, not ${threads}.`);
}

/** The runtime's options for a session of a model. */
export function toNativeOptions(source: ModelSource, threads: number, spinning = false): NativeOptions {
  // Threads that spin while they wait burn the CPU quota of a container: 2.3 times fewer requests at half a CPU.
  const entries: ConfigEntries = spinning
    ? { "session.intra_op.allow_spinning": "1", "session.force_spinning_stop": "1" }
    : { "session.intra_op.allow_spinning": "0" };
  const options: NativeOptions = {
    intraOpNumThreads: threads,
    // With it a session takes its memory once more for every shape that comes again: 40 MB on images, no faster.
    enableMemPattern: false,
    // Every failure reaches the caller as an error; the runtime would print it as well.
    logSeverityLevel: LOG_FATAL_ONLY,
    extra: { ...entries },
  };
  if (source.kind === "file") return source.mode === undefined ? options : withMode(options, source.mode, entries);
  // Without a folder, weights that are not given would be read from the process's working directory.
  const noFolder: ConfigEntries = { ...entries, "session.model_external_initializers_file_folder_path": devNull };
  const externalData = Object.entries(source.externalData ?? {}).map(([path, data]) => ({ path, data }));
  return { ...options, extra: { ...noFolder }, ...(externalData.length === 0 ? {} : { externalData }) };
}

function withMode(options: NativeOptions, { optimize, prepack }: LoadMode, entries: ConfigEntries): NativeOptions {
  const unpacked: ConfigEntries = { ...entries, "session.disable_prepacking": "1" };
  return {
    ...options,
    graphOptimizationLevel: optimize ? "all" : "disabled",
    extra: { ...(prepack ? entries : unpacked) },
  };
}

/** How a model is optimised for a file. */
export interface OptimizedFile {
  readonly graphPath: string;
  /** Name of the file beside it that takes the weights. */
  readonly dataName: string;
  /** `extended` is right on every machine; `all` is for machines with this one's layout of convolutions. */
  readonly level: "extended" | "all";
  readonly int8Products: "kept" | "unsigned" | "as here";
}

/** What leaves the graph; smaller tensors are shapes and scales, and few bytes. */
const SMALLEST_EXTERNAL_BYTES = 1024;

/** The runtime's options for a session that is created only to write its optimised model. */
export function toWriterOptions({ graphPath, dataName, level, int8Products }: OptimizedFile): NativeOptions {
  const entries: ConfigEntries = {
    "session.intra_op.allow_spinning": "0",
    "session.disable_prepacking": "1",
    "session.optimized_model_external_initializers_file_name": dataName,
    "session.optimized_model_external_initializers_min_size_in_bytes": String(SMALLEST_EXTERNAL_BYTES),
    ...(int8Products === "as here" ? {} : { "session.qdqisint8allowed": int8Products === "kept" ? "1" : "0" }),
  };
  return {
    intraOpNumThreads: 1,
    logSeverityLevel: LOG_FATAL_ONLY,
    graphOptimizationLevel: level,
    optimizedModelFilePath: graphPath,
    extra: { ...entries },
  };
}

/** Where a model with its packed weights is written to. */
export type PackedFile = Pick<OptimizedFile, "graphPath" | "dataName">;

/** The runtime's options for a session that is created only to write a model with its packed weights. */
export function toPackedWriterOptions(file: PackedFile, mode?: LoadMode): NativeOptions {
  const entries: ConfigEntries = {
    "session.intra_op.allow_spinning": "0",
    "session.save_external_prepacked_constant_initializers": "1",
    "session.optimized_model_external_initializers_file_name": file.dataName,
    "session.optimized_model_external_initializers_min_size_in_bytes": String(SMALLEST_EXTERNAL_BYTES),
  };
  return {
    intraOpNumThreads: 1,
    logSeverityLevel: LOG_FATAL_ONLY,
    graphOptimizationLevel: mode?.optimize === false ? "disabled" : "all",
    optimizedModelFilePath: file.graphPath,
    extra: { ...entries },
  };
}
