import { MOST_BATCH_BYTES } from "../batch/batch-policy.ts";
import { MOST_COMPARED } from "../batch/run-compared.ts";
import { type Batch, sumOfRows } from "./batch.ts";
import type { Job } from "./job.ts";
import type { LaneUse } from "./lane-use.ts";
import type { ModelQueue } from "./model-queue.ts";
import type { BatchShare } from "./scheduled-model.ts";

/** A job that could be joined. */
type SharingJob = Job & { readonly share: BatchShare };

/**
 * Takes the jobs of the next run out of a queue: those that came first, as many as may be joined and as it pays.
 *
 * Gives nothing where it pays to wait for others; the queue knows until when.
 */
export function takeBatch(queue: ModelQueue, head: Job, lanes: LaneUse, nowMs: number): Batch | undefined {
  const batch = chooseBatch(queue, head, lanes, nowMs);
  if (batch !== undefined) queue.take(batch.jobs);
  return batch;
}

function chooseBatch(queue: ModelQueue, head: Job, lanes: LaneUse, nowMs: number): Batch | undefined {
  const { share } = head;
  if (share === undefined || isAlone(queue, share)) return { kind: "alone", jobs: [head] };
  const mates = matesOf(queue, share);
  const offer = { waitingRows: sumOfRows(mates), lanes: lanes.countFor(queue), runningRows: lanes.runningRows(share) };
  if (mates.length === queue.length) {
    const waitMs = share.policy.waitMs({ ...offer, nowMs, heldMs: queue.heldMs(nowMs) });
    // A wait that the clock cannot tell from none would be asked for without end.
    if (nowMs + waitMs > nowMs && queue.firstLateAtMs - nowMs > 2 * waitMs) {
      queue.hold(nowMs, waitMs);
      return undefined;
    }
  }
  const fitting = firstFitting(mates, share.policy.rowsFor(offer));
  if (fitting.length === 1) return { kind: "alone", jobs: fitting };
  const unsound = fitting.filter(({ target, inputs }) => !target.isSound(inputs));
  for (const job of unsound) job.standAlone();
  if (unsound.length > 0) return chooseBatch(queue, head, lanes, nowMs);
  const kind = share.proof.nextRun();
  if (kind === "alone") return { kind, jobs: [head] };
  return { kind, jobs: kind === "joined" ? fitting : fitting.slice(0, MOST_COMPARED) };
}

/** Nothing is to be decided for a single row to which nobody else is expected. */
function isAlone({ length }: ModelQueue, { policy, rows }: BatchShare): boolean {
  return length === 1 && rows === 1 && !policy.expectsMore;
}

function matesOf(queue: ModelQueue, { policy }: BatchShare): readonly SharingJob[] {
  return queue.filter((job): job is SharingJob => job.share?.policy === policy);
}

/** Those that came first, as long as they fit; one at least. */
function firstFitting(jobs: readonly SharingJob[], mostRows: number): readonly Job[] {
  let rows = 0;
  let sizeBytes = 0;
  const end = jobs.findIndex(({ share }) => {
    rows += share.rows;
    sizeBytes += share.sizeBytes;
    return rows > mostRows || sizeBytes > MOST_BATCH_BYTES;
  });
  return end < 0 ? jobs : jobs.slice(0, Math.max(1, end));
}
