import { statSync } from "node:fs";
import { availableParallelism } from "node:os";
import { resolve } from "node:path";
import {
  createOnnxEngine,
  FIXED_ELEMENTS,
  InferenceError,
  type Session,
  type Tensor,
  type TensorSpec,
  tensor,
} from "@virga/core";
import { type MeasuredLatency, parseMeasurements } from "@virga/cost";
import { readJson } from "./read-json.ts";

/** What a model was seen to need. */
export interface Measurement {
  readonly latencies: readonly MeasuredLatency[];
  readonly memoryMb?: number;
  readonly initMs?: number;
  readonly modelBytes?: number;
}

const WARM_UP_RUNS = 2;
const LEAST_RUNS = 5;
const MOST_RUNS = 200;
const LEAST_MS = 1_000;
const MOST_THREADS = 8;
const BYTES_PER_MB = 1_048_576;

/**
 * Runs a model on this machine with 1, 2, 4 and up to 8 threads, as far as it has CPUs; free dimensions are 1, values 0.
 *
 * @throws InferenceError as loading does, and `UNSUPPORTED` for a model that takes text.
 */
export async function measureModel(model: string, folder: string): Promise<Measurement> {
  const path = resolve(folder, model);
  const cpus = Math.min(availableParallelism(), MOST_THREADS);
  const counts = [1, 2, 4, 8].filter((threads) => threads <= cpus);
  const before = performance.now();
  const latencies: MeasuredLatency[] = [];
  let initMs = 0;
  for (const threads of counts) {
    const session = await createOnnxEngine({ threads }).load({ kind: "file", path });
    if (latencies.length === 0) initMs = performance.now() - before;
    latencies.push({
      threads,
      durationMs: await timeRuns(session),
      architecture: process.arch === "arm64" ? "arm64" : "x64",
    });
    await session.close();
  }
  return {
    latencies,
    initMs: Math.round(initMs),
    memoryMb: Math.ceil(process.memoryUsage().rss / BYTES_PER_MB),
    modelBytes: statSync(path).size,
  };
}

/** The median of enough runs, in ms. */
async function timeRuns(session: Session): Promise<string> {
  const inputs = Object.fromEntries(session.signature.inputs.map((spec) => [spec.name, zeros(spec)]));
  for (let run = 0; run < WARM_UP_RUNS; run += 1) await session.run(inputs);
  const times: number[] = [];
  const until = performance.now() + LEAST_MS;
  while (times.length < LEAST_RUNS || (performance.now() < until && times.length < MOST_RUNS)) {
    const started = performance.now();
    await session.run(inputs);
    times.push(performance.now() - started);
  }
  const median = times.sort((one, other) => one - other)[Math.floor(times.length / 2)] ?? 0;
  return median.toFixed(3);
}

function zeros({ name, type, shape }: TensorSpec): Tensor {
  if (type === "string") {
    throw new InferenceError(
      "UNSUPPORTED",
      `Input ${name} takes text, which is not made up here: give --measurements.`,
    );
  }
  const fixed = shape.map((size) => (size < 0 ? 1 : size));
  const length = fixed.reduce((product, size) => product * size, 1);
  const { array: TypedArray, sizeBytes } = FIXED_ELEMENTS[type];
  return tensor(type, fixed, new TypedArray(new ArrayBuffer(length * sizeBytes), 0, length));
}

/** Reads times that were measured elsewhere. @throws CostError naming the field. */
export async function readMeasurements(file: string, folder: string): Promise<Measurement> {
  return { latencies: parseMeasurements(await readJson(file, folder)) };
}
