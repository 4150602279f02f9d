import { describe, expect, it } from "@jest/globals";
import { encodeModel, type ModelDefinition } from "@virga/conformance";
import { BatchProof } from "../../src/batch/batch-proof.ts";
import { joinable } from "../../src/batch/joinable.ts";
import { runCompared } from "../../src/batch/run-compared.ts";
import { InferenceError } from "../../src/errors.ts";
import type { Session } from "../../src/session/engine.ts";
import { createOnnxEngine } from "../../src/session/onnx-engine.ts";
import { type Tensors, tensor } from "../../src/tensor/tensor.ts";
import { weight } from "../support/trial-models.ts";

type Run = (inputs: Tensors) => Promise<Tensors>;

const WIDTH = 8;

/** One row of floats that follow from a number. */
function row(seed: number): Tensors {
  return {
    x: tensor(
      "float32",
      [1, WIDTH],
      Float32Array.from({ length: WIDTH }, (_, at) => Math.sin(seed + at)),
    ),
  };
}

/** Runs comparisons until the proof has come to an end, or so many; gives the answers of the last. */
async function prove(run: Run, requests: (round: number) => readonly Tensors[], rounds = 40) {
  const proof = new BatchProof();
  const outcomes: (Tensors | Error)[] = [];
  for (let round = 0; round < rounds && proof.refusal === undefined && !proof.isTrusted; round++) {
    if (proof.nextRun() !== "compared") continue;
    outcomes.length = 0;
    const jobs = requests(round).map((inputs, index) => ({
      inputs,
      rows: joinable(inputs)?.rows ?? 0,
      answer: (outputs: Tensors) => {
        outcomes[index] = outputs;
      },
      fail: (error: unknown) => {
        outcomes[index] = error as Error;
      },
    }));
    await runCompared(proof, jobs, run);
  }
  return { proof, outcomes };
}

const different = (round: number) => [0, 1, 2].map((index) => row(round * 3 + index));
const equal = () => [row(1), row(1), row(1)];

async function withModel(definition: ModelDefinition, work: (session: Session) => Promise<void>): Promise<void> {
  const engine = createOnnxEngine({ threads: 1 });
  const session = await engine.load({ kind: "bytes", bytes: encodeModel(definition) });
  try {
    await work(session);
  } finally {
    await session.close();
  }
}

const floatIn = [{ name: "x", tensor: "float32", shape: ["N", WIDTH] }] as const;
const floatOut = [{ name: "y", tensor: "float32", shape: ["N", WIDTH] }] as const;

const MLP: ModelDefinition = {
  inputs: floatIn,
  outputs: floatOut,
  operations: [
    { operator: "MatMul", inputs: ["x", "a"], outputs: ["h"] },
    { operator: "Relu", inputs: ["h"], outputs: ["r"] },
    { operator: "MatMul", inputs: ["r", "b"], outputs: ["y"] },
  ],
  initializers: [weight("a", [WIDTH, WIDTH]), weight("b", [WIDTH, WIDTH], 2)],
};

/** Models whose first dimension is free and no batch. */
const NO_BATCHES: Readonly<Record<string, ModelDefinition>> = {
  "a softmax over the rows": {
    inputs: floatIn,
    outputs: floatOut,
    operations: [{ operator: "Softmax", inputs: ["x"], outputs: ["y"], attributes: { axis: { int: 0 } } }],
  },
  "a quantisation by the range of all rows": {
    inputs: floatIn,
    outputs: floatOut,
    operations: [
      { operator: "DynamicQuantizeLinear", inputs: ["x"], outputs: ["q", "scale", "zero"] },
      { operator: "DequantizeLinear", inputs: ["q", "scale", "zero"], outputs: ["y"] },
    ],
  },
  "a distance from the mean of all rows": {
    inputs: floatIn,
    outputs: floatOut,
    operations: [
      { operator: "ReduceMean", inputs: ["x", "axes"], outputs: ["mean"], attributes: { keepdims: { int: 1 } } },
      { operator: "Sub", inputs: ["x", "mean"], outputs: ["y"] },
    ],
    initializers: [{ name: "axes", type: "int64", shape: [1], data: BigInt64Array.of(0n) }],
  },
  "a mean of all rows that is said to have as many": {
    inputs: floatIn,
    outputs: [{ name: "y", tensor: "float32", shape: [null, WIDTH] }],
    operations: [
      { operator: "ReduceMean", inputs: ["x", "axes"], outputs: ["y"], attributes: { keepdims: { int: 1 } } },
    ],
    initializers: [{ name: "axes", type: "int64", shape: [1], data: BigInt64Array.of(0n) }],
  },
};

describe("proof by real models", () => {
  it.each([
    ["different requests", different],
    ["equal requests", equal],
  ])("trusts a perceptron after a few comparisons of %s", async (_, requests) => {
    await withModel(MLP, async (session) => {
      expect(session.batchable).toBe(true);
      const { proof, outcomes } = await prove((inputs) => session.run(inputs), requests);
      expect(proof).toMatchObject({ isTrusted: true, refusal: undefined });
      expect(outcomes[2]).toEqual(await session.run(requests(2)[2] ?? {}));
    });
  });

  it.each(Object.entries(NO_BATCHES))("refuses %s, even where all requests are equal", async (_, definition) => {
    await withModel(definition, async (session) => {
      for (const requests of [different, equal]) {
        const { proof, outcomes } = await prove((inputs) => session.run(inputs), requests);
        expect(proof.isTrusted).toBe(false);
        expect(proof.refusal).toMatch(/output "y"/i);
        expect(proof.nextRun()).toBe("alone");
        expect(outcomes[1]).toEqual(await session.run(requests(0)[1] ?? {}));
      }
    });
  });
});

describe("proof by comparisons", () => {
  const identity: Run = async ({ x }) => (x ? { y: x } : {});

  it("compares an answer before it is given, since whoever gets it may change it", async () => {
    const proof = new BatchProof();
    const run: Run = async ({ x }) => {
      if (x?.type !== "float32") throw new Error("The test gives floats.");
      return { y: tensor("float32", x.shape, x.data.slice()) };
    };
    while (proof.refusal === undefined && !proof.isTrusted) {
      const jobs = different(0).map((inputs) => ({
        inputs,
        rows: 1,
        answer: ({ y }: Tensors) => y?.type === "float32" && y.data.fill(7),
        fail: (error: unknown) => {
          throw error;
        },
      }));
      await runCompared(proof, jobs, run);
    }
    expect(proof.isTrusted).toBe(true);
  });

  it("learns nothing from requests that are all the same and have no others like them", async () => {
    const zeros = () => [1, 2].map(() => ({ x: tensor("int64", [1, 2], new BigInt64Array(2)) }));
    const { proof } = await prove(identity, zeros);
    expect(proof).toMatchObject({ isTrusted: false, refusal: undefined });
  });

  it("does without inputs that nobody sent where the model may have refused them, and ends where joined runs fail", async () => {
    const picky: Run = async ({ x }) => {
      if (x?.type === "float32" && x.data.some((value) => Math.abs(value) > 1)) {
        throw new InferenceError("RUN_FAILED", "A value is out of range.");
      }
      return x ? { y: x } : {};
    };
    expect((await prove(picky, different)).proof.isTrusted).toBe(true);
    const lone: Run = async (inputs) => {
      if (inputs["x"]?.shape[0] !== 1) throw new InferenceError("RUN_FAILED", "One row is enough.");
      return identity(inputs);
    };
    const { proof, outcomes } = await prove(lone, different);
    expect(proof.refusal).toContain("One row is enough.");
    expect(outcomes[0]).toHaveProperty("y");
  });

  it("blames nobody for a lost worker, nor the batch for a request that fails alone", async () => {
    const lost: Run = async (inputs) => {
      if (inputs["x"]?.shape[0] !== 1) throw new InferenceError("INTERNAL", "The worker was lost.");
      return identity(inputs);
    };
    expect((await prove(lost, different)).proof).toMatchObject({ isTrusted: false, refusal: undefined });
    const failing: Run = async () => {
      throw new InferenceError("RUN_FAILED", "Everything fails.");
    };
    const { proof, outcomes } = await prove(failing, different);
    expect(proof.refusal).toBeUndefined();
    expect(outcomes[1]).toMatchObject({ message: "Everything fails." });
  });

  it("goes on looking, ever more rarely, and withdraws its trust for good", async () => {
    const { proof } = await prove(identity, different);
    const kinds = Array.from({ length: 3000 }, () => {
      const kind = proof.nextRun();
      if (kind === "compared") proof.agreed(true);
      return kind;
    });
    const comparisons = kinds.filter((kind) => kind === "compared").length;
    expect(comparisons).toBeGreaterThan(5);
    expect(comparisons).toBeLessThan(15);
    proof.disagreed("output y differs");
    proof.agreed(true);
    expect(proof.isTrusted).toBe(false);
    expect(proof.nextRun()).toBe("alone");
  });
});
