import { describe, expect, it } from "@jest/globals";
import { expectTensor, type Tensors, tensor } from "@virga/core";

const outputs: Tensors = { score: tensor("float32", [2], Float32Array.of(0.25, 0.75)) };

describe("expectTensor", () => {
  it("gives the tensor with the array of its type", () => {
    const score: Float32Array = expectTensor(outputs, "score", "float32").data;
    expect([...score]).toEqual([0.25, 0.75]);
  });

  it("says what there is instead, for a missing name, another type and a name of Object.prototype", () => {
    const refusal = expect.objectContaining({
      code: "CONFIG_INVALID",
      message: expect.stringContaining("it got: score (float32[2])"),
    });
    expect(() => expectTensor(outputs, "label", "string")).toThrow(refusal);
    expect(() => expectTensor(outputs, "score", "int64")).toThrow(refusal);
    expect(() => expectTensor(outputs, "constructor", "float32")).toThrow(refusal);
  });
});
