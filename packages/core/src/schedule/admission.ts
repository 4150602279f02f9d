import { InferenceError, overloaded } from "../errors.ts";
import type { RunEstimate } from "./run-estimate.ts";

/** An answer takes its way, and a refusal must be out before the deadline. */
const ANSWER_MS = 5;
/** Runs differ in length: one that has begun should end in time even when it takes this many times the usual. */
const RUN_MARGIN = 1.5;
/** Waits differ as well, and who is let in for nothing takes the place of one who would have been answered. */
const WAIT_MARGIN = 1.25;
/** A longer queue answers no more requests, only later: what a request waits for besides would make it late. */
const MOST_WAITED_SHARE = 0.25;

/**
 * From when on it is too late to begin a run. A job may always wait for half of its time, so that estimates that have
 * become wrong are found out by running.
 */
export function latestStart(nowMs: number, deadlineAtMs: number, estimate: RunEstimate): number {
  return deadlineAtMs - Math.min(neededMs(estimate), (deadlineAtMs - nowMs) / 2);
}

/** Whether a request could be answered by its deadline when it waits so long; one that need not wait is always tried. */
export function isInTime(nowMs: number, deadlineAtMs: number, waitMs: number, estimate: RunEstimate): boolean {
  if (waitMs <= 0) return true;
  const leftMs = deadlineAtMs - nowMs;
  return waitMs <= MOST_WAITED_SHARE * leftMs && WAIT_MARGIN * waitMs + neededMs(estimate) <= leftMs;
}

function neededMs(estimate: RunEstimate): number {
  return RUN_MARGIN * estimate.runMs + ANSWER_MS;
}

/** The refusal of a request for which there is no place. */
export function queueFull(model: string, waiting: number, waitMs: number): InferenceError {
  return refused(`Model ${model} has ${waiting} requests waiting and takes no more`, waitMs);
}

/** The refusal of a request that would be answered too late. */
export function tooLate(model: string, waitMs: number): InferenceError {
  return refused(`Model ${model} has too much to do to answer in time`, waitMs);
}

function refused(message: string, waitMs: number): InferenceError {
  const retryAfterSeconds = Math.max(1, Math.ceil(waitMs / 1_000));
  return overloaded(`${message}; try again in ${retryAfterSeconds} s.`, retryAfterSeconds);
}

/** The refusal of a request whose time was over when it came to its run. */
export function deadlinePassed(model: string): InferenceError {
  return new InferenceError("DEADLINE_EXCEEDED", `No time was left when the run of model ${model} could begin.`);
}
