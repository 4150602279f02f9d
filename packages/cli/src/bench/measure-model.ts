import { availableParallelism } from "node:os";
import type { Tensors } from "@virga/core";
import { describeManifest, measurePreparedMemory } from "@virga/deploy";
import type { Terminal } from "../print/terminal.ts";
import type { ModelDefinition } from "../service/service-definition.ts";
import { type Latency, measureLatency } from "./measure-latency.ts";
import { measureStarts } from "./measure-starts.ts";
import type { Measurement } from "./measurement.ts";
import { findInputs, readInputs } from "./model-inputs.ts";
import { type OpenModel, openModel } from "./open-model.ts";

/** A measurement of this machine, with what it was made with. */
export interface OwnMeasurement extends Measurement {
  readonly model: string;
  /** Type and shape of each input. */
  readonly inputs: Readonly<Record<string, string>>;
  readonly latencies: readonly Latency[];
}

const BYTES_PER_MIB = 1_048_576;

/**
 * Measures a model on this machine, in the form in which it is deployed: warm runs with 1, 2, 4 … threads up to the
 * machine's, starts of fresh processes, and memory.
 *
 * @param input a body of `POST /predict`; random numbers, with free dimensions of 1, where absent.
 * @throws InferenceError as preparing, loading and running do.
 */
export async function measureModel(
  definition: ModelDefinition,
  input: string | undefined,
  terminal: Terminal,
): Promise<OwnMeasurement> {
  const model = await openModel(definition, terminal);
  try {
    const { source, manifest } = model;
    const inputs = input === undefined ? await findInputs(source) : await readInputs(input, source, terminal.folder);
    const latencies: Latency[] = [];
    for (const threads of threadCounts()) latencies.push(await measureLatency(source, inputs, threads));
    const initMs = await measureStarts({ source, inputs });
    const memoryMb = await measureMemory(model, terminal);
    return {
      model: definition.name,
      inputs: describeInputs(inputs),
      latencies,
      initMs: Math.round(initMs),
      ...(memoryMb === undefined ? {} : { memoryMb }),
      modelBytes: describeManifest(manifest).sizeBytes,
    };
  } finally {
    await model.close();
  }
}

/** 1, 2, 4 … and the machine's own number. */
function threadCounts(): number[] {
  const most = availableParallelism();
  const powers = Array.from({ length: Math.ceil(Math.log2(most)) }, (_, power) => 2 ** power);
  return [...powers, most];
}

async function measureMemory({ folder, manifest }: OpenModel, terminal: Terminal): Promise<number | undefined> {
  const memory = await measurePreparedMemory(folder, manifest, { report: (text) => terminal.complain(text) });
  return memory === undefined ? undefined : Math.ceil(memory.total.peakBytes / BYTES_PER_MIB);
}

function describeInputs(inputs: Tensors): Record<string, string> {
  return Object.fromEntries(
    Object.entries(inputs).map(([name, { type, shape }]) => [name, `${type} [${shape.join(", ")}]`]),
  );
}
