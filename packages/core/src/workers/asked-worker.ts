import { InferenceError } from "../errors.ts";
import { fromSentFailure, type WorkerAnswer, type WorkerRequest } from "./messages.ts";
import type { StartWorker, WorkerChannel, WorkerEnd } from "./worker-channel.ts";

interface Awaited {
  readonly resolve: (answer: WorkerAnswer) => void;
  readonly reject: (error: unknown) => void;
}

/** A worker from its start to its end; this process waits for it only while it owes an answer. */
export class AskedWorker {
  /** Resolves when the worker can be asked; rejects with `WORKER_LOST` when it ends before. */
  readonly ready: Promise<WorkerAnswer>;
  readonly #onEnd: (end: WorkerEnd) => void;
  #channel: WorkerChannel | undefined;
  #awaited: Awaited | undefined;
  #isStopping = false;
  #end: WorkerEnd | undefined;

  /** `onEnd` is told once. */
  constructor(start: StartWorker, onEnd: (end: WorkerEnd) => void) {
    this.#onEnd = onEnd;
    this.ready = this.#answer();
    try {
      this.#channel = start({ answered: (answer) => this.#answered(answer), ended: (end) => this.#ended(end) });
    } catch (cause) {
      // Later, as any other end: nobody is told from within the constructor.
      setImmediate(() => this.#ended({ how: "could not be started", cause }));
    }
  }

  /**
   * Asks one thing; the next only after its answer.
   *
   * @throws InferenceError `WORKER_LOST` when the worker ends before it has answered, else what it answers with.
   */
  async ask(request: WorkerRequest): Promise<WorkerAnswer> {
    if (this.#end !== undefined) throw lost(this.#end);
    this.#channel?.send(request);
    this.#channel?.hold(true);
    const answer = await this.#answer();
    if (answer.kind === "failed") throw fromSentFailure(answer.failure);
    return answer;
  }

  /** Ends the worker, whatever it is doing. */
  stop(): void {
    this.#isStopping = true;
    this.#channel?.hold(true);
    this.#channel?.stop();
  }

  #answer(): Promise<WorkerAnswer> {
    return new Promise((resolve, reject) => {
      this.#awaited = { resolve, reject };
    });
  }

  #answered(answer: WorkerAnswer): void {
    if (!this.#isStopping) this.#channel?.hold(false);
    const awaited = this.#awaited;
    this.#awaited = undefined;
    awaited?.resolve(answer);
  }

  #ended(end: WorkerEnd): void {
    if (this.#end !== undefined) return;
    this.#end = end;
    this.#awaited?.reject(lost(end));
    this.#awaited = undefined;
    this.#onEnd(end);
  }
}

function lost({ how, cause }: WorkerEnd): InferenceError {
  return new InferenceError("WORKER_LOST", `The worker that was at this ${how}: send the request again.`, { cause });
}
