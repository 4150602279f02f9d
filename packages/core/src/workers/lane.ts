import type { Tensors } from "../tensor/tensor.ts";
import { AskedWorker } from "./asked-worker.ts";
import type { SessionFacts, ThreadsOfRuns, WorkerAnswer, WorkerRequest } from "./messages.ts";
import type { PooledModel, WaitingRun } from "./pooled-model.ts";
import { fromSentTensors, toSentTensors } from "./tensor-message.ts";
import type { StartWorker, WorkerEnd } from "./worker-channel.ts";

/** A place for one worker, which does one thing at a time; workers come and go. */
export class Lane {
  /** `busy` while a worker starts, too. */
  state: "down" | "busy" | "idle" = "down";
  /** Whether it has caught up with the models since its worker was started. */
  serving = false;
  /** Whether its worker was started to see if workers live again. */
  onTrial = false;
  /** Whether its worker was ended because there was nothing to do: another one is started for what comes. */
  isResting = false;
  loading: PooledModel | undefined;
  running: PooledModel | undefined;
  readonly loaded: Set<PooledModel> = new Set();
  /** Models that its worker holds a session with more threads of, too. */
  readonly widened: Set<PooledModel> = new Set();
  /** Models that its worker could not load, and why. */
  readonly failures: Map<PooledModel, unknown> = new Map();
  #worker: AskedWorker | undefined;

  /** Starts a worker; resolves when it can be asked. @throws InferenceError `WORKER_LOST` when it ends before. */
  start(start: StartWorker, onEnd: (end: WorkerEnd) => void): Promise<void> {
    const worker = new AskedWorker(start, (end) => {
      this.#reset();
      onEnd(end);
    });
    this.#worker = worker;
    this.isResting = false;
    return this.occupy(async () => void (await worker.ready));
  }

  /** Is busy for the time of some work, unless its worker ends before. */
  async occupy(work: () => Promise<void>): Promise<void> {
    const worker = this.#worker;
    this.state = "busy";
    try {
      await work();
    } finally {
      if (this.#worker === worker) this.state = "idle";
    }
  }

  /** Ends its worker, which is asked nothing more. */
  stop(): void {
    if (this.#worker === undefined) return;
    this.state = "busy";
    this.#worker.stop();
  }

  /** Ends an idle worker. */
  rest(): void {
    this.isResting = true;
    this.stop();
  }

  async load(model: PooledModel, threads: ThreadsOfRuns): Promise<SessionFacts> {
    this.loading = model;
    try {
      const facts = await this.#load(model, model.number, threads);
      this.loaded.add(model);
      return facts;
    } finally {
      this.loading = undefined;
    }
  }

  /** Loads a model once more, with more threads. */
  async widen(model: PooledModel, threads: ThreadsOfRuns): Promise<void> {
    await this.#load(model, model.wideNumber, threads);
    this.widened.add(model);
  }

  async unload(model: PooledModel): Promise<void> {
    try {
      if (this.widened.delete(model)) await this.#ask({ kind: "close", model: model.wideNumber });
      await this.#ask({ kind: "close", model: model.number });
    } finally {
      this.loaded.delete(model);
    }
  }

  /** @param isWide whether with the threads that `widen` was given. */
  async run({ model, inputs, options, measured }: WaitingRun, isWide: boolean): Promise<Tensors> {
    this.running = model;
    try {
      const answer = await this.#ask({
        kind: "run",
        model: isWide ? model.wideNumber : model.number,
        inputs: toSentTensors(inputs),
        outputs: options.outputs,
        mayTransfer: options.mayTransfer ?? false,
      });
      if (answer.kind !== "ran") throw unexpected(answer);
      measured(answer.durationMs);
      return fromSentTensors(answer.outputs);
    } finally {
      this.running = undefined;
    }
  }

  async #load({ source }: PooledModel, number: number, threads: ThreadsOfRuns): Promise<SessionFacts> {
    const answer = await this.#ask({ kind: "load", model: number, source, ...threads });
    if (answer.kind !== "loaded") throw unexpected(answer);
    return answer.facts;
  }

  async #ask(request: WorkerRequest): Promise<WorkerAnswer> {
    if (this.#worker === undefined) throw new Error("The lane has no worker.");
    return await this.#worker.ask(request);
  }

  #reset(): void {
    this.state = "down";
    this.serving = this.isResting;
    this.onTrial = false;
    this.loading = undefined;
    this.running = undefined;
    this.loaded.clear();
    this.widened.clear();
    this.failures.clear();
    this.#worker = undefined;
  }
}

function unexpected(answer: WorkerAnswer): Error {
  return new Error(`A worker answered "${answer.kind}" to something else.`);
}
