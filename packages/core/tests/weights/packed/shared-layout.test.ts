import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "@jest/globals";
import type { ModelDefinition } from "@virga/conformance/onnx-model";
import type { FileSource, LoadMode } from "../../../src/session/engine.ts";
import { tensor } from "../../../src/tensor/tensor.ts";
import { allGraphs } from "../../../src/weights/onnx-file/model-file.ts";
import { readModelFile } from "../../../src/weights/onnx-file/read-model-file.ts";
import { lackOfRoom } from "../../../src/weights/packed/layout-room.ts";
import { type SharedLayout, writeSharedLayout } from "../../../src/weights/packed/shared-layout.ts";
import { engine, floats, freshPath, write } from "../../support/prepare-harness.ts";
import {
  branches,
  convolution,
  fourBits,
  halfPrecision,
  inline,
  loop,
  noisy,
  quantized,
  weight,
} from "../../support/trial-models.ts";

const LAYERS = 6;

/** Products of 1024 × 1024: 25 MB of weights. */
const large: ModelDefinition = {
  inputs: [{ name: "x", tensor: "float32", shape: ["N", 1024] }],
  outputs: [{ name: `h${LAYERS}`, tensor: "float32", shape: ["N", 1024] }],
  operations: Array.from({ length: LAYERS }, (_, layer) => ({
    operator: "MatMul",
    inputs: [layer === 0 ? "x" : `h${layer}`, `w${layer}`],
    outputs: [`h${layer + 1}`],
  })),
  initializers: Array.from({ length: LAYERS }, (_, layer) => weight(`w${layer}`, [1024, 1024], layer)),
};

const recurrent: ModelDefinition = {
  inputs: [{ name: "x", tensor: "float32", shape: ["S", "N", 33] }],
  outputs: [{ name: "y", tensor: "float32" }],
  operations: [{ operator: "LSTM", inputs: ["x", "w", "r"], outputs: ["y"], attributes: { hidden_size: { int: 27 } } }],
  initializers: [weight("w", [1, 108, 33]), weight("r", [1, 108, 27], 2)],
};

/** Matrices that are multiplied by different operators, one of them turned. */
const tied: ModelDefinition = {
  ...inline,
  operations: [
    { operator: "MatMul", inputs: ["x", "a"], outputs: ["p"] },
    { operator: "Gemm", inputs: ["p", "a"], outputs: ["q"], attributes: { transB: { int: 1 } } },
    { operator: "MatMul", inputs: ["q", "b"], outputs: ["r"] },
    { operator: "Gemm", inputs: ["r", "b", "a_row"], outputs: ["y"] },
  ],
  initializers: [...(inline.initializers ?? []), weight("a_row", [64], 3)],
};

const SMALL: Readonly<Record<string, ModelDefinition>> = {
  "two layers": inline,
  branches,
  loop,
  quantised: quantized("uint8"),
  "signed activations": quantized("int8"),
  "four bits": fourBits,
  float16: halfPrecision,
  recurrent,
  "tied weights": tied,
};

async function layoutOf(path: string, mode?: LoadMode): Promise<SharedLayout> {
  const layout = await writeSharedLayout({ kind: "file", path, ...(mode && { mode }) }, freshPath());
  if (typeof layout === "string") throw new Error(layout);
  return layout;
}

function packedParts({ source }: SharedLayout): { readonly offset: number; readonly sizeBytes: number }[] {
  return allGraphs(readModelFile(source.path))
    .flatMap(({ initializers }) => initializers.map(({ storage }) => storage))
    .flatMap((storage) => (storage.kind === "external" ? (storage.packed ?? []) : []))
    .flatMap(({ parts }) => parts);
}

/**
 * What four more sessions add to a process that has nothing else to do. What they have freed counts for nothing: glibc keeps
 * it or gives it back, as the addresses happen to fall.
 */
function growthBytes(source: FileSource): number {
  const program = fileURLToPath(new URL("./growth-program.ts", import.meta.url));
  const options = ["--disable-warning=ExperimentalWarning", program, JSON.stringify(source)];
  const env = { ...process.env, MALLOC_MMAP_THRESHOLD_: "131072" };
  return Number(execFileSync(process.execPath, options, { encoding: "utf8", env }));
}

describe("a layout with packed weights", () => {
  it.each(Object.entries(SMALL))(
    "is made of a model (%s), and has each part where kernels may read it",
    async (_, model) => {
      const layout = await layoutOf(write(model));
      const parts = packedParts(layout);
      expect(parts.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)).toBe(layout.packedBytes);
      expect(parts.filter(({ offset }) => offset % 64 !== 0)).toEqual([]);
      expect(parts.length).toBeGreaterThan(0);
    },
  );

  it.each([
    ["optimised while it is loaded", undefined],
    ["mapped", { optimize: false, prepack: false }],
  ])("answers as a session that packs the model for itself, %s", async (_, mode) => {
    const path = write(large);
    const packing = mode && { optimize: false, prepack: true };
    const own = await engine.load({ kind: "file", path, ...(packing && { mode: packing }) });
    const shared = await engine.load((await layoutOf(path, mode)).source);
    for (const rows of [1, 2, 7, 33]) {
      const inputs = { x: floats(rows, 1024) };
      expect(await shared.run(inputs)).toEqual(await own.run(inputs));
    }
    await Promise.all([own.close(), shared.close()]);
  });

  (process.platform === "linux" ? it : it.skip)("is held once by many sessions (measured on Linux only)", async () => {
    const path = write(large);
    const layout = await layoutOf(path);
    expect(layout.packedBytes).toBe(LAYERS * 4 * 1024 * 1024);
    const ownBytes = growthBytes({ kind: "file", path });
    expect(ownBytes).toBeGreaterThan(3 * layout.packedBytes);
    expect(growthBytes(layout.source)).toBeLessThan(ownBytes / 2);
  });

  it.each([
    ["nothing to pack", convolution, "packs none"],
    ["another answer each time", { ...inline, ...noisyProduct() }, "different answers"],
  ])("is not made of a model with %s", async (_, model, reason) => {
    expect(await writeSharedLayout({ kind: "file", path: write(model) }, freshPath())).toContain(reason);
  });

  (process.arch === "x64" ? it : it.skip)(
    "is not made where inputs end the process that tries it (x64 only)",
    async () => {
      const path = write(deadly);
      const x = floats(1, 64);
      const dividend = tensor("int32", [1], Int32Array.of(-(2 ** 31)));
      const divisor = tensor("int32", [1], Int32Array.of(-1));
      const examples = [{ x, dividend, divisor }];
      expect(await writeSharedLayout({ kind: "file", path }, freshPath(), { examples })).toContain("SIGFPE");
    },
  );

  it("is not made of what is no model, and says so", async () => {
    const path = freshPath();
    expect(await writeSharedLayout({ kind: "file", path }, freshPath())).toContain("cannot be read");
  });

  it("is given up when it is not wanted any more", async () => {
    const signal = AbortSignal.timeout(50);
    const outcome = await writeSharedLayout({ kind: "file", path: write(large) }, freshPath(), { signal });
    expect(outcome).toContain("aborted");
  });

  it("needs room", async () => {
    const folder = dirname(write(inline));
    mkdirSync(folder, { recursive: true });
    expect(await lackOfRoom(folder, 1000)).toBeUndefined();
    expect(await lackOfRoom(folder, 2 ** 60)).toContain("of disk");
  });
});

/** A product whose result is never the same. */
function noisyProduct(): Pick<ModelDefinition, "operations"> {
  const [noise, add] = noisy.operations;
  const sum = { operator: "Add", inputs: ["p", "noise"], outputs: ["y"] };
  const product = { operator: "MatMul", inputs: ["x", "a"], outputs: ["p"] };
  return { operations: noise && add ? [product, noise, sum] : [] };
}

/** A product beside a division that onnxruntime cannot carry out for the smallest number by -1. */
const deadly: ModelDefinition = {
  ...inline,
  inputs: [
    ...inline.inputs,
    { name: "dividend", tensor: "int32", shape: ["M"] },
    { name: "divisor", tensor: "int32", shape: ["M"] },
  ],
  outputs: [...inline.outputs, { name: "quotient", tensor: "int32", shape: ["M"] }],
  operations: [...inline.operations, { operator: "Div", inputs: ["dividend", "divisor"], outputs: ["quotient"] }],
};
