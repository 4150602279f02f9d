import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { createOnnxEngine, type Tensors, tensor } from "@virga/core";
import { type Graph, weightBytes } from "../src/models/graph.ts";
import { mobilenet } from "../src/models/mobilenet.ts";
import { generateModel, modelFile } from "../src/models/model-file.ts";
import { multilayerPerceptron, tinyClassifier } from "../src/models/multilayer-perceptron.ts";
import { transformer } from "../src/models/transformer.ts";

const tokens = (count: number): Tensors => ({
  input_ids: tensor(
    "int64",
    [2, count],
    BigInt64Array.from({ length: 2 * count }, (_, index) => BigInt(index)),
  ),
  attention_mask: tensor("int64", [2, count], new BigInt64Array(2 * count).fill(1n)),
});

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "virga-bench-"));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

async function run(graph: Graph, inputs: Tensors) {
  const session = await createOnnxEngine().load({ kind: "file", path: modelFile(graph, directory) });
  try {
    return await session.run(inputs);
  } finally {
    await session.close();
  }
}

interface Case {
  readonly graph: Graph;
  readonly sizeMegabytes: number;
  readonly inputs: Tensors;
  readonly output: string;
  readonly shape: readonly number[];
}

const cases: Case[] = [
  {
    graph: tinyClassifier(),
    sizeMegabytes: 0.001,
    inputs: { features: tensor("float32", [2, 4], new Float32Array(8).fill(0.5)) },
    output: "probabilities",
    shape: [2, 3],
  },
  {
    graph: mobilenet(),
    sizeMegabytes: 16.9,
    inputs: { image: tensor("float32", [1, 3, 224, 224], new Float32Array(150_528).fill(0.5)) },
    output: "scores",
    shape: [1, 1000],
  },
  { graph: transformer(), sizeMegabytes: 46.4, inputs: tokens(16), output: "last_hidden_state", shape: [2, 16, 384] },
  {
    graph: multilayerPerceptron(10),
    sizeMegabytes: 12.6,
    inputs: { x: tensor("float32", [3, 1024], new Float32Array(3 * 1024).fill(0.5)) },
    output: "y",
    shape: [3, 1024],
  },
];

describe.each(cases)("model $graph.name", ({ graph, sizeMegabytes, inputs, output, shape }) => {
  it("loads, runs and gives finite numbers that differ", async () => {
    const outputs = await run(graph, inputs);
    expect(Object.keys(outputs)).toEqual([output]);
    expect(outputs[output]).toMatchObject({ type: "float32", shape });
    const values = outputs[output]!.data as Float32Array;
    expect(values.every(Number.isFinite)).toBe(true);
    expect(new Set(values).size).toBeGreaterThan(values.length / 10);
  });

  it("has the size that its benchmark is about", () => {
    const { size } = statSync(modelFile(graph, directory));
    expect(size / 1e6).toBeCloseTo(sizeMegabytes, sizeMegabytes < 1 ? 3 : 1);
    expect(size - weightBytes(graph)).toBeLessThan(100_000);
  });

  it("is the same in every run", () => {
    const hash = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");
    expect(hash(readFileSync(modelFile(graph, directory)))).toBe(hash(generateModel(graph)));
  });
});

describe("the transformer's mask", () => {
  it("keeps masked tokens from the others", async () => {
    const { input_ids: ids, attention_mask: mask } = tokens(8);
    const masked = tensor(
      "int64",
      [2, 8],
      BigInt64Array.from({ length: 16 }, (_, index) => (index % 8 < 5 ? 1n : 0n)),
    );
    const otherIds = tensor(
      "int64",
      [2, 8],
      BigInt64Array.from(ids!.data as BigInt64Array, (id, index) => (index % 8 < 5 ? id : 99n)),
    );
    const firstToken = async (inputs: Tensors) => {
      const { last_hidden_state: state } = await run(transformer(), inputs);
      return Array.from((state!.data as Float32Array).subarray(0, 384));
    };
    const expected = await firstToken({ input_ids: ids!, attention_mask: masked });
    expect(await firstToken({ input_ids: otherIds, attention_mask: masked })).toEqual(expected);
    expect(await firstToken({ input_ids: otherIds, attention_mask: mask! })).not.toEqual(expected);
  });
});

describe("sizes of the perceptrons", () => {
  it.each([10, 100, 500])("mlp-%p has at least that many megabytes and less than a layer more", (megabytes) => {
    const size = weightBytes(multilayerPerceptron(megabytes)) / 1e6;
    expect(size).toBeGreaterThanOrEqual(megabytes);
    expect(size).toBeLessThan(megabytes + 4.3);
  });
});

describe("modelFile", () => {
  it("generates once, and anew under another name when the graph changes", () => {
    const cache = join(directory, "cache");
    const first = modelFile(tinyClassifier(), cache);
    const { mtimeMs } = statSync(first);
    expect(modelFile(tinyClassifier(), cache)).toBe(first);
    expect(statSync(first).mtimeMs).toBe(mtimeMs);
    const changed = modelFile({ ...tinyClassifier(), randoms: [...tinyClassifier().randoms].reverse() }, cache);
    expect(changed).not.toBe(first);
    expect(readdirSync(cache)).toHaveLength(2);
  });
});
