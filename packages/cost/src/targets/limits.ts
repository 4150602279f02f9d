import { type Decimal, decimal, show } from "../decimal/decimal.ts";
import type { Load } from "../workload/load.ts";

const BYTES_PER_MB = decimal(1_048_576);
const MS_PER_SECOND = decimal(1_000);

/** What a platform lets through. */
export interface Limits {
  readonly requestMb: string;
  readonly responseMb: string;
  readonly timeoutSeconds: number;
  /** What to do about bodies and times that do not fit. */
  readonly wayOut: string;
}

/** The limits that a load breaks, each as a sentence. */
export function brokenLimits({ requestMb, responseMb, timeoutSeconds, wayOut }: Limits, load: Load): string[] {
  const durationLimit = decimal(timeoutSeconds);
  return [
    ...tooLarge("a request", load.requestBytes, decimal(requestMb), wayOut),
    ...tooLarge("an answer", load.responseBytes, decimal(responseMb), wayOut),
    ...(load.durationSeconds.gt(durationLimit)
      ? [`a request takes ${show(load.durationMs.div(MS_PER_SECOND))} s, the limit is ${timeoutSeconds} s: ${wayOut}`]
      : []),
  ];
}

function tooLarge(what: string, bytes: Decimal | undefined, limitMb: Decimal, wayOut: string): string[] {
  if (bytes === undefined || bytes.lte(limitMb.times(BYTES_PER_MB))) return [];
  return [`${what} has ${show(bytes.div(BYTES_PER_MB).round(2))} MB, the limit is ${show(limitMb)} MB: ${wayOut}`];
}

/** Says that an instance is too small. */
export function tooLittleMemory(load: Load, memoryMb: Decimal): string[] {
  if (load.memoryMb.lte(memoryMb)) return [];
  return [`an instance needs ${show(load.memoryMb)} MB and has ${show(memoryMb)} MB: take a larger one`];
}
