import { InferenceError } from "@virga/core";
import { type MeasuredLatency, parseMeasurements } from "@virga/cost";

/** What a model was seen to need; `virga bench --json` writes it and `virga cost --measurements` reads it. */
export interface Measurement {
  /** Fewest threads first. */
  readonly latencies: readonly MeasuredLatency[];
  /** Of a process that has loaded the model and run it, at most. */
  readonly memoryMb?: number;
  /** From the start of a process to its first prediction. */
  readonly initMs?: number;
  /** What the model takes on a disk, as it is deployed. */
  readonly modelBytes?: number;
}

const NUMBERS = ["memoryMb", "initMs", "modelBytes"] as const;
/** Told to people and not reckoned with. */
const TOLD_OF_LATENCIES: readonly string[] = ["p99Ms", "runs"];
const KNOWN: readonly string[] = ["model", "inputs", "latencies", ...NUMBERS];

/**
 * Reads a measurement, or a list of times alone.
 *
 * @throws InferenceError `CONFIG_INVALID`, or CostError, naming the field.
 */
export function parseMeasurement(content: unknown, file: string): Measurement {
  if (!isRecord(content)) return { latencies: parseLatencies(content) };
  const unknown = Object.keys(content).find((key) => !KNOWN.includes(key));
  if (unknown !== undefined) throw invalid(file, unknown, `is not known; there is: ${KNOWN.join(", ")}`);
  const numbers = NUMBERS.filter((name) => content[name] !== undefined).map((name) => {
    const value = content[name];
    if (typeof value !== "number" || !(value >= 0)) throw invalid(file, name, "must be a number, 0 or more");
    return [name, value];
  });
  return { latencies: parseLatencies(content["latencies"]), ...Object.fromEntries(numbers) };
}

function parseLatencies(content: unknown): MeasuredLatency[] {
  const latencies = Array.isArray(content) ? content.map(withoutTold) : content;
  return parseMeasurements(latencies).sort((one, other) => one.threads - other.threads);
}

function withoutTold(latency: unknown): unknown {
  if (!isRecord(latency)) return latency;
  return Object.fromEntries(Object.entries(latency).filter(([key]) => !TOLD_OF_LATENCIES.includes(key)));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function invalid(file: string, field: string, problem: string): InferenceError {
  return new InferenceError("CONFIG_INVALID", `${file}: ${field} ${problem}.`);
}
