import { chooseConcurrency } from "../cpu/choose-concurrency.ts";
import { availableCpus } from "../cpu/cpu-quota.ts";
import { InferenceError } from "../errors.ts";
import type { Log } from "../log.ts";
import type { Engine, Lanes, ModelSource, Spread } from "../session/engine.ts";
import { createOnnxEngine } from "../session/onnx-engine.ts";
import { chooseThreads } from "../session/session-options.ts";
import { createPooledSession } from "./pooled-session.ts";
import { runQuickOnesHere } from "./quick-runs.ts";
import { WorkerPool } from "./worker-pool.ts";
import { processStarter } from "./worker-process.ts";
import { threadStarter } from "./worker-thread.ts";

/** How models are run beside the calling thread. */
export interface WorkerEngineOptions {
  /** How many runs can go on at once; one for each whole CPU that the process may use where absent. */
  readonly workers?: number;
  /**
   * Threads that work on every run. Where absent, a run has the workers' share of the CPUs, and up to 4 while other
   * workers leave theirs idle.
   */
  readonly threads?: number;
  /**
   * What a worker is: a thread, to which tensors are handed over without a copy, or a process of its own, whose end ends
   * no other; `thread` where absent.
   */
  readonly isolation?: "thread" | "process";
  readonly log?: Log;
}

/** An engine that runs models in workers, which all map the same files. */
export interface WorkerEngine extends Engine {
  readonly lanes: Lanes;
  /** Ends the workers, after the runs that are under way. */
  close(): Promise<void>;
}

/**
 * Runs ONNX models in workers, so that the calling thread is never blocked; a worker that dies is replaced. Idle workers
 * do not keep the process alive.
 *
 * Loads and runs throw as those of `createOnnxEngine` do, and InferenceError `WORKER_LOST` when the worker dies
 * meanwhile, `NOT_READY` when workers have died again and again.
 *
 * @throws InferenceError `CONFIG_INVALID` for options out of range.
 */
export function createWorkerEngine(options: WorkerEngineOptions = {}): WorkerEngine {
  const { workers, threads, isolation = "thread", log } = options;
  if (workers !== undefined && (!Number.isInteger(workers) || workers < 1)) {
    throw new InferenceError("CONFIG_INVALID", `The number of workers must be 1 or more, not ${workers}.`);
  }
  if (threads !== undefined) chooseThreads({ threads });
  const concurrency = chooseConcurrency(availableCpus(), { workers, threads });
  // Threads that sleep while they wait take longer to wake than such a run takes.
  const here = createOnnxEngine({ threads: 1 });
  const start = isolation === "process" ? processStarter() : threadStarter();
  const pool = new WorkerPool({ concurrency, start, ...(log === undefined ? {} : { log }) });
  return {
    platform: here.platform,
    lanes: pool.lanes,
    async load(source: ModelSource, spread?: Spread) {
      const own = ownBytes(source);
      const { model, facts } = await pool.load(own, spread);
      const session = createPooledSession(pool, model, facts);
      // Whoever asks for processes wants no model to be able to end this one.
      return isolation === "process" ? session : runQuickOnesHere(session, () => here.load(own));
    },
    close: () => pool.close(),
  };
}

/** Bytes are kept for workers to come, and each is sent whole what its array is a part of: they are copied once. */
function ownBytes(source: ModelSource): ModelSource {
  if (source.kind === "file") return source;
  const { bytes, externalData = {} } = source;
  const copies = Object.entries(externalData).map(([name, data]) => [name, Uint8Array.from(data)] as const);
  return { kind: "bytes", bytes: Uint8Array.from(bytes), externalData: Object.fromEntries(copies) };
}
