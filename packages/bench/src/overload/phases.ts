import { setTimeout as sleep } from "node:timers/promises";
import type { Connections } from "./connections.ts";
import type { Check, Tally, TallyReport } from "./tally.ts";

/** What all phases need. */
export interface Load {
  readonly connections: Connections;
  /** Different requests in turn, so that an answer that belongs to another one is seen. */
  nextRequest(): LoadRequest;
  newTally(): Tally;
}

/** A request as it goes over the wire, and what its answer has to be. */
export interface LoadRequest {
  readonly bytes: Uint8Array;
  readonly isRight: Check;
}

/** A lone request: when it was answered, since the phase began, and how long that took; nothing for a failed one. */
export interface LoneRequest {
  readonly atMs: number;
  readonly tookMs: number | undefined;
}

export interface ClosedReport extends TallyReport {
  readonly goodPerSecond: number;
}

export interface OpenReport extends TallyReport {
  /** Requests that were due. */
  readonly due: number;
  /** Those for which there was no connection left. */
  readonly unsent: number;
  readonly goodPerSecond: number;
  /** One at a time, from the moment at which the load ended. */
  readonly after: readonly LoneRequest[];
}

const PAUSE_MS = 20;

/** One request after another, with a pause between them. */
export async function lone({ connections, nextRequest, newTally }: Load, seconds: number): Promise<LoneRequest[]> {
  const tally = newTally();
  const beganAtMs = performance.now();
  const answers: LoneRequest[] = [];
  while (performance.now() - beganAtMs < 1000 * seconds) {
    const { bytes, isRight } = nextRequest();
    const sentAtMs = performance.now();
    const outcome = await connections.send(bytes);
    const nowMs = performance.now();
    const isGood = outcome !== undefined && tally.count(outcome, nowMs - sentAtMs, isRight);
    answers.push({ atMs: nowMs - beganAtMs, tookMs: isGood ? nowMs - sentAtMs : undefined });
    await sleep(PAUSE_MS);
  }
  return answers;
}

/** So many callers, each of whom asks again when it has its answer. */
export async function closed(
  { connections, nextRequest, newTally }: Load,
  { callers, seconds }: { readonly callers: number; readonly seconds: number },
): Promise<ClosedReport> {
  const tally = newTally();
  const beganAtMs = performance.now();
  const endsAtMs = beganAtMs + 1000 * seconds;
  const call = async (): Promise<void> => {
    while (performance.now() < endsAtMs) {
      const { bytes, isRight } = nextRequest();
      const sentAtMs = performance.now();
      const outcome = await connections.send(bytes);
      tally.count(outcome ?? { failure: "no connection" }, performance.now() - sentAtMs, isRight);
    }
  };
  await Promise.all(Array.from({ length: callers }, call));
  return { ...tally.report(), goodPerSecond: (1000 * tally.good) / (performance.now() - beganAtMs) };
}

/** Requests at a rate of their own, whatever becomes of them; then a lone caller while the last ones end. */
export async function open(
  load: Load,
  { perSecond, seconds, afterSeconds }: { perSecond: number; seconds: number; afterSeconds: number },
): Promise<OpenReport> {
  const tally = load.newTally();
  const beganAtMs = performance.now();
  let due = 0;
  let unsent = 0;
  const ask = (): void => {
    due += 1;
    const { bytes, isRight } = load.nextRequest();
    const sentAtMs = performance.now();
    const outcome = load.connections.send(bytes);
    if (outcome === undefined) unsent += 1;
    else void outcome.then((each) => tally.count(each, performance.now() - sentAtMs, isRight));
  };
  for (let elapsedMs = 0; elapsedMs < 1000 * seconds; elapsedMs = performance.now() - beganAtMs) {
    const untilNow = Math.floor((elapsedMs / 1000) * perSecond);
    // In bites, so that answers are read meanwhile and no request looks slower than it was.
    for (let bite = 0; due < untilNow && bite < BITE; bite++) ask();
    await (due < untilNow ? nextTurn() : sleep(1));
  }
  const goodPerSecond = (1000 * tally.good) / (performance.now() - beganAtMs);
  const after = await lone(load, afterSeconds);
  while (load.connections.underWay > 0) await sleep(PAUSE_MS);
  return { ...tally.report(), due, unsent, goodPerSecond, after };
}

const BITE = 32;

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
