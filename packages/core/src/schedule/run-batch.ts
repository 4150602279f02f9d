import { joinInputs } from "../batch/join-inputs.ts";
import { runCompared } from "../batch/run-compared.ts";
import { splitOutputs } from "../batch/split-outputs.ts";
import { InferenceError } from "../errors.ts";
import type { RunOptions } from "../session/runnable.ts";
import { freeTensors } from "../tensor/free-memory.ts";
import { freeGivenMemory } from "../tensor/given-memory.ts";
import type { Tensors } from "../tensor/tensor.ts";
import { type Batch, sumOfRows } from "./batch.ts";
import type { Clock } from "./clock.ts";
import type { Job } from "./job.ts";

/** How a run ended. */
export interface BatchEnd {
  /** Gives every job its answer, but those that are to be run again. */
  readonly settle: () => void;
  /** Jobs whose run failed while they were joined: each must be run by itself. */
  readonly again: readonly Job[];
  /** Whether it tells how long runs take. */
  readonly isMeasure: boolean;
}

/** Runs jobs together and never rejects. */
export function runBatch({ kind, jobs }: Batch, clock: Clock): Promise<BatchEnd> {
  const [head] = jobs;
  if (head === undefined) throw new InferenceError("INTERNAL", "A run was begun without a request.");
  if (kind === "alone") return runAlone(head, clock);
  return kind === "joined" ? runJoined(head, jobs, clock) : compare(head, jobs, clock);
}

async function runAlone(job: Job, clock: Clock): Promise<BatchEnd> {
  try {
    const outputs = await measured(job, { inputs: job.inputs, rows: job.share?.rows, options: job.options }, clock);
    return { settle: () => job.succeed(outputs), again: [], isMeasure: true };
  } catch (error) {
    return { settle: () => job.fail(error), again: [], isMeasure: false };
  }
}

async function runJoined(head: Job, jobs: readonly Job[], clock: Clock): Promise<BatchEnd> {
  try {
    const inputs = joinInputs(jobs.map((job) => job.inputs));
    const joined = { inputs, rows: sumOfRows(jobs), options: joinedOptions(head) };
    const outputs = await measured(head, joined, clock);
    const parts = splitOutputs(
      outputs,
      jobs.map(({ share }) => share?.rows ?? 0),
    );
    freeTensors(outputs);
    // The run had copies of them. A predictor that passes its inputs on gives none away, and may read them again.
    for (const { inputs, options } of jobs) if (options.mayTransfer) freeGivenMemory(inputs);
    return { settle: () => settleAll(jobs, parts), again: [], isMeasure: true };
  } catch (error) {
    if (InferenceError.is(error) && error.code === "WORKER_LOST") {
      return { settle: () => failAll(jobs, error), again: [], isMeasure: false };
    }
    standAlone(jobs, error);
    return { settle: () => undefined, again: jobs, isMeasure: false };
  }
}

async function compare(head: Job, jobs: readonly Job[], clock: Clock): Promise<BatchEnd> {
  const { share } = head;
  if (share !== undefined) {
    const compared = jobs.map((job) => {
      const rows = sumOfRows([job]);
      // Each has its answer before the whole ends.
      const answered = (): void => share.policy.answered(rows, clock.now());
      const answer = (outputs: Tensors): void => {
        answered();
        job.succeed(outputs);
      };
      const fail = (error: unknown): void => {
        answered();
        job.fail(error);
      };
      return { inputs: job.inputs, rows, answer, fail };
    });
    await runCompared(share.proof, compared, (inputs, rows) => {
      const job = jobs.find((one) => one.inputs === inputs);
      return measured(job ?? head, { inputs, rows, options: job?.options ?? joinedOptions(head) }, clock);
    });
  }
  return { settle: () => undefined, again: [], isMeasure: false };
}

/** The joined inputs are our own copy. */
function joinedOptions({ options: { outputs } }: Job): RunOptions {
  return { mayTransfer: true, ...(outputs && { outputs }) };
}

interface Measured {
  readonly inputs: Tensors;
  /** Unknown where a job is not joined with others. */
  readonly rows: number | undefined;
  readonly options: RunOptions;
}

/** Runs as part of a job's trace, and tells the policy how long it took. */
function measured(job: Job, { inputs, rows, options }: Measured, clock: Clock): Promise<Tensors> {
  const { target, share } = job;
  const startMs = clock.now();
  const run = job.within(() => target.run(inputs, options));
  if (rows === undefined || share === undefined) return run;
  return run.then((outputs) => {
    share.policy.measured(rows, clock.now() - startMs);
    share.policy.gave(rows, sizeOf(outputs));
    return outputs;
  });
}

/** Bytes; texts are not looked at. */
function sizeOf(tensors: Tensors): number {
  let sizeBytes = 0;
  for (const { data } of Object.values(tensors)) if (ArrayBuffer.isView(data)) sizeBytes += data.byteLength;
  return sizeBytes;
}

function settleAll(jobs: readonly Job[], parts: readonly Tensors[]): void {
  for (const [index, job] of jobs.entries()) job.succeed(parts[index] ?? {});
}

function failAll(jobs: readonly Job[], error: unknown): void {
  for (const job of jobs) job.fail(error);
}

/** Where each of the jobs succeeds alone, it was their being joined that failed. */
function standAlone(jobs: readonly Job[], error: unknown): void {
  const proof = jobs[0]?.share?.proof;
  const reason = InferenceError.is(error) ? error.message : String(error);
  let succeeded = 0;
  for (const job of jobs) {
    job.standAlone((hasSucceeded) => {
      if (hasSucceeded) succeeded += 1;
      if (succeeded === jobs.length) proof?.joinedFailed(reason);
    });
  }
}
