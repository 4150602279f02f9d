import type { InferenceError } from "../../src/errors.ts";
import type { Lanes, Session } from "../../src/session/engine.ts";
import type { RunOptions } from "../../src/session/runnable.ts";
import { type Tensors, tensor } from "../../src/tensor/tensor.ts";
import type { SimulatedTime } from "./simulated-time.ts";

/** One run as a simulated session saw it. */
export interface SimulatedRun {
  readonly model: string;
  readonly inputs: Tensors;
  readonly options: RunOptions | undefined;
  readonly startMs: number;
  readonly rows: number;
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

/** What simulated models run on, and what they saw. */
export class SimulatedMachine {
  readonly runs: SimulatedRun[] = [];
  /** Runs that go on now. */
  running = 0;
  readonly #time: SimulatedTime;

  constructor(time: SimulatedTime) {
    this.#time = time;
  }

  /** A model that doubles each of its numbers. @param runMs how long a run of so many rows takes; may throw. */
  session(model: string, runMs: (rows: number, inputs: Tensors) => number, blocks = false): Session {
    return {
      signature: {
        inputs: [{ name: "x", type: "float64", shape: [-1, 1] }],
        outputs: [{ name: "y", type: "float64", shape: [-1, 1] }],
      },
      unusableOutputs: [],
      run: async (inputs, options) => {
        const rows = valuesOf(inputs, "x").length;
        this.runs.push({ model, inputs, options, startMs: this.#time.now(), rows });
        const durationMs = runMs(rows, inputs);
        this.running += 1;
        try {
          if (blocks) this.#time.block(durationMs);
          else await this.#time.sleep(durationMs);
          return {
            y: tensor(
              "float64",
              [rows, 1],
              valuesOf(inputs, "x").map((value) => 2 * value),
            ),
          };
        } finally {
          this.running -= 1;
        }
      },
      close: async () => undefined,
    };
  }
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
