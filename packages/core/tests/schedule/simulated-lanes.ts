import { InferenceError } from "../../src/errors.ts";
import type { Lanes, Session } from "../../src/session/engine.ts";
import type { RunOptions } from "../../src/session/runnable.ts";
import { type Tensors, tensor } from "../../src/tensor/tensor.ts";
import type { SimulatedTime } from "./simulated-time.ts";

/** One run as a simulated session saw it. */
export interface SimulatedRun {
  readonly model: string;
  readonly values: readonly number[];
  readonly options: RunOptions | undefined;
  readonly startMs: number;
}

/** Lanes whose number a test changes. */
export class SimulatedLanes implements Lanes {
  count: number;
  failure: InferenceError | undefined;
  readonly #listeners = new Set<() => void>();

  constructor(count: number) {
    this.count = count;
  }

  change(count: number, failure?: InferenceError): void {
    this.count = count;
    this.failure = failure;
    for (const listener of this.#listeners) listener();
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  get isWatched(): boolean {
    return this.#listeners.size > 0;
  }
}

/** What a simulated model does; it doubles each of its numbers unless told otherwise. */
export interface SimulatedModel {
  /** How long a run takes. */
  readonly runMs: (rows: number) => number;
  /** Values for values; may throw. */
  readonly compute?: (values: Float64Array) => Float64Array;
  /** Whether a run blocks the calling thread. */
  readonly blocks?: boolean;
  readonly batchable?: boolean;
}

/** What simulated models run on, and what they saw. */
export class SimulatedMachine {
  readonly runs: SimulatedRun[] = [];
  /** Runs that go on now. */
  running = 0;
  /** Told when a run begins. */
  onRun: (model: string) => void = () => undefined;
  readonly #time: SimulatedTime;

  constructor(time: SimulatedTime) {
    this.#time = time;
  }

  session(name: string, { runMs, compute = doubled, blocks = false, batchable = false }: SimulatedModel): Session {
    return {
      signature: {
        inputs: [{ name: "x", type: "float64", shape: [-1, 1] }],
        outputs: [{ name: "y", type: "float64", shape: [-1, 1] }],
      },
      unusableOutputs: [],
      batchable,
      run: async (inputs, options) => {
        if (options?.signal?.aborted) throw new InferenceError("CANCELLED", "Nobody waits any more.");
        const values = valuesOf(inputs, "x");
        this.runs.push({ model: name, values: [...values], options, startMs: this.#time.now() });
        this.running += 1;
        this.onRun(name);
        try {
          const durationMs = runMs(values.length);
          if (blocks) this.#time.block(durationMs);
          else await this.#time.sleep(durationMs);
          const computed = compute(values);
          return { y: tensor("float64", [computed.length, 1], computed) };
        } finally {
          this.running -= 1;
        }
      },
      close: async () => undefined,
    };
  }
}

function doubled(values: Float64Array): Float64Array {
  return values.map((value) => 2 * value);
}

/** An input with these rows. */
export function rowsOf(...values: readonly number[]): Tensors {
  return { x: tensor("float64", [values.length, 1], Float64Array.from(values)) };
}

/** The numbers of a tensor of 64-bit floats. */
export function valuesOf(tensors: Tensors, name: string): Float64Array {
  const found = tensors[name];
  if (found?.type !== "float64") throw new Error(`${name} is no tensor of 64-bit floats.`);
  return found.data;
}
