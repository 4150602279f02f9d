import { describe, expect, it } from "@jest/globals";
import { InferenceError } from "../../src/errors.ts";
import { findExample } from "../../src/request/openapi/find-example.ts";
import type { TensorSpec, Tensors } from "../../src/tensor/tensor.ts";

const image: TensorSpec = { name: "image", type: "float32", shape: [-1, 3, -1, -1] };

function refuseUnless(isGood: (inputs: Tensors) => boolean): (inputs: Tensors) => Promise<void> {
  return async (inputs) => {
    if (!isGood(inputs)) throw new InferenceError("RUN_FAILED", "no");
  };
}

describe("findExample", () => {
  it("takes zeros with every free dimension 1 where they work", async () => {
    const found = await findExample({ inputs: [image], outputs: [] }, async () => undefined);
    expect(found).toEqual({ image: { type: "float32", shape: [1, 3, 1, 1], data: new Float32Array(3) } });
  });

  it("tries ones where zeros do not work, for every type", async () => {
    const inputs: TensorSpec[] = (["int64", "float16", "string", "bool"] as const).map((type) => ({
      name: type,
      type,
      shape: [1],
    }));
    const isOne = refuseUnless((tensors) => tensors["int64"]?.data[0] === 1n);
    expect(await findExample({ inputs, outputs: [] }, isOne)).toEqual({
      int64: { type: "int64", shape: [1], data: BigInt64Array.of(1n) },
      float16: { type: "float16", shape: [1], data: Uint16Array.of(0x3c00) },
      string: { type: "string", shape: [1], data: ["1"] },
      bool: { type: "bool", shape: [1], data: Uint8Array.of(1) },
    });
  });

  it("finds the size that a network needs, with a batch of one", async () => {
    const needs32 = refuseUnless(({ image }) => (image?.shape[2] ?? 0) % 32 === 0);
    const found = await findExample({ inputs: [image], outputs: [] }, needs32);
    expect(found?.["image"]?.shape).toEqual([1, 3, 32, 32]);
  });

  it("gives a tensor of unknown rank a dimension where a scalar does not work", async () => {
    const inputs: TensorSpec[] = [{ name: "x", type: "float32", shape: [] }];
    const found = await findExample(
      { inputs, outputs: [] },
      refuseUnless(({ x }) => x?.shape.length === 2),
    );
    expect(found?.["x"]?.shape).toEqual([1, 1]);
  });

  it("leaves optional inputs out", async () => {
    const inputs: TensorSpec[] = [{ name: "x", type: "float32", shape: [1], optional: true }];
    expect(await findExample({ inputs, outputs: [] }, async () => undefined)).toEqual({});
  });

  it("gives up where nothing works, having tried little and never more than a million elements", async () => {
    const sizes: number[] = [];
    const never = async (inputs: Tensors) => {
      sizes.push(inputs["image"]?.data.length ?? 0);
      throw new InferenceError("INPUT_INVALID", "no");
    };
    expect(await findExample({ inputs: [image], outputs: [] }, never)).toBeUndefined();
    expect(Math.max(...sizes)).toBeLessThanOrEqual(1_000_000);
    expect(sizes.length).toBeLessThanOrEqual(40);
  });

  it("does not try a model whose fixed sizes are beyond the bound", async () => {
    const huge: TensorSpec = { name: "x", type: "float32", shape: [1, 52_428_800] };
    const run = async () => expect("called").toBe("never");
    expect(await findExample({ inputs: [huge], outputs: [] }, run)).toBeUndefined();
  });

  it("passes on a failure that is not about the inputs", async () => {
    const overloaded = async () => {
      throw new InferenceError("OVERLOADED", "later");
    };
    await expect(findExample({ inputs: [image], outputs: [] }, overloaded)).rejects.toMatchObject({
      code: "OVERLOADED",
    });
  });
});
