import { BatchPolicies } from "../batch/batch-policies.ts";
import { type BatchPolicy, MOST_BATCH_BYTES } from "../batch/batch-policy.ts";
import { BatchProof } from "../batch/batch-proof.ts";
import { joinable } from "../batch/joinable.ts";
import type { Log } from "../log.ts";
import type { Session } from "../session/engine.ts";
import type { RunOptions } from "../session/runnable.ts";
import { UnderWay } from "../session/under-way.ts";
import { checkInputs } from "../tensor/check-tensors.ts";
import type { Tensors } from "../tensor/tensor.ts";

/** What one request adds to a batch. */
export interface BatchShare {
  readonly proof: BatchProof;
  /** One for all requests that may be joined with this one, and for no others. */
  readonly policy: BatchPolicy;
  readonly rows: number;
  readonly sizeBytes: number;
}

/** What a scheduled model is made of. */
export interface ScheduledModelOptions {
  readonly model: string;
  readonly session: Session;
  readonly mayBeJoined: boolean;
  /** Counts the jobs of all models. */
  readonly whole: UnderWay;
  readonly log: Log;
}

/** A session as the scheduler knows it: its jobs, and what is known about joining them. */
export class ScheduledModel {
  readonly session: Session;
  /** Whether the run that was begun last is carried out on the calling thread, though there are lanes. */
  runsHere = false;
  /** Its jobs from their arrival to their answer. */
  readonly underWay: UnderWay;
  readonly #model: string;
  readonly #log: Log;
  readonly #onHere = (): void => {
    this.runsHere = true;
  };
  #policies = new BatchPolicies();
  /** Absent where requests are not to be joined. */
  #proof: BatchProof | undefined;

  constructor({ model, session, mayBeJoined, whole, log }: ScheduledModelOptions) {
    this.session = session;
    this.underWay = new UnderWay(whole);
    this.#model = model;
    this.#log = log;
    this.#proof = mayBeJoined ? new BatchProof() : undefined;
    session.onPaceChange?.(() => {
      this.#policies = new BatchPolicies();
    });
  }

  /** What a request adds to a batch; nothing where it cannot be joined with any other. */
  shareOf(inputs: Tensors, outputs: readonly string[] | undefined): BatchShare | undefined {
    const proof = this.#proof;
    if (proof === undefined) return undefined;
    if (proof.refusal !== undefined) {
      this.#proof = undefined;
      const message = `Requests for ${this.#model} are run one by one: ${proof.refusal}.`;
      this.#log({ level: "info", event: "batching-refused", message });
      return undefined;
    }
    const found = joinable(inputs, outputs);
    // Nothing is waited for that would not fit.
    if (found === undefined || 2 * found.sizeBytes > MOST_BATCH_BYTES) return undefined;
    return { proof, policy: this.#policies.for(found.key), rows: found.rows, sizeBytes: found.sizeBytes };
  }

  /** Begins a run, on a lane or without. */
  run(inputs: Tensors, options: RunOptions): Promise<Tensors> {
    this.runsHere = false;
    return this.session.run(inputs, { ...options, onHere: this.#onHere });
  }

  /** Whether tensors are what they say: others' answers depend on it when they are joined. */
  isSound(inputs: Tensors): boolean {
    try {
      checkInputs(inputs, this.session.signature.inputs);
      return true;
    } catch {
      return false;
    }
  }

  /** Closes the session after its jobs. */
  async close(): Promise<void> {
    await this.underWay.ended();
    await this.session.close();
  }
}
