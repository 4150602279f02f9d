import type { Fault } from "./fault.ts";
import type { ServedRequest } from "./served-request.ts";

export interface RandomFaultOptions {
  readonly seed: number;
  /** Share of the requests with which something goes wrong. */
  readonly share: number;
  /** Positions of faults lie below. */
  readonly mostBytes: number;
  /** Kinds to choose from; all that pass by themselves where absent. */
  readonly kinds?: readonly Fault["kind"][];
}

/** What passes when the same request is sent again. */
export const PASSING_FAULTS = [
  "reset",
  "truncate",
  "stall",
  "status",
  "corrupt",
  "wrongRange",
  "shortRange",
  "whole",
  "redirect",
  "chunked",
  "slow",
  "untilClose",
  "coding",
  "garbage",
] as const satisfies readonly Fault["kind"][];

const PASSING_STATUSES = [401, 403, 408, 429, 500, 502, 503, 504] as const;
const REDIRECTS = [301, 302, 303, 307, 308] as const;

/** Faults that are the same in every run with the same seed, as far as requests come in the same order. */
export function createRandomFaults({
  seed,
  share,
  mostBytes,
  kinds = PASSING_FAULTS,
}: RandomFaultOptions): (request: ServedRequest) => Fault | undefined {
  const random = createRandom(seed);
  const below = (limit: number): number => Math.floor(random() * limit);
  const choose = <Item>(items: readonly Item[]): Item | undefined => items[below(items.length)];
  return () => (random() < share ? toFault(choose(kinds), below, mostBytes) : undefined);
}

/** `below` gives a whole number from 0 to less than its argument. */
function toFault(
  kind: Fault["kind"] | undefined,
  below: (limit: number) => number,
  mostBytes: number,
): Fault | undefined {
  switch (kind) {
    case "reset":
    case "truncate":
    case "stall":
      return { kind, afterBytes: below(3) === 0 ? 0 : below(mostBytes) };
    case "corrupt":
      return { kind, atByte: below(mostBytes) };
    case "status":
      return {
        kind,
        status: PASSING_STATUSES[below(PASSING_STATUSES.length)] ?? 500,
        ...(below(4) === 0 ? { retryAfter: "0" } : {}),
      };
    case "redirect":
      return { kind, status: REDIRECTS[below(REDIRECTS.length)] ?? 302, times: 1 + below(3) };
    case "chunked":
      return { kind, chunkBytes: 1 + below(20_000) };
    case "slow":
      return { kind, bytesPerSecond: 100_000 + below(10_000_000) };
    case "coding":
      return { kind, coding: "gzip" };
    case "wrongRange":
    case "shortRange":
    case "whole":
    case "untilClose":
    case "garbage":
      return { kind };
    default:
      return undefined;
  }
}

/** Numbers from 0 to 1: a 32-bit xorshift generator (Marsaglia, 2003). */
function createRandom(seed: number): () => number {
  let state = (Math.imul(seed, 0x9e3779b1) + 1) >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state / 2 ** 32;
  };
}
