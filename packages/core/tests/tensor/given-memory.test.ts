import { describe, expect, it } from "@jest/globals";
import { freeGivenMemory, giveMemory, isMemoryGiven } from "../../src/tensor/given-memory.ts";
import { type Tensors, tensor } from "../../src/tensor/tensor.ts";

const body = new Uint8Array(32_768);
const inBody = tensor("float32", [2], new Float32Array(body.buffer, 8, 2));

function isGiven(tensors: Tensors, bytes: Uint8Array): boolean {
  giveMemory(tensors, bytes);
  return isMemoryGiven(tensors);
}

describe("memory that is given away with its tensors", () => {
  it("is that of a body in which all of them lie", () => {
    expect(isGiven({ x: inBody, y: inBody }, body)).toBe(true);
    expect(isMemoryGiven({ x: inBody, y: inBody })).toBe(false);
  });

  it("is given back once, and only where it was given away", () => {
    const sent = new Uint8Array(32_768);
    const view = (): Tensors => ({ x: tensor("float32", [2], new Float32Array(sent.buffer, 8, 2)) });
    const tensors = view();
    giveMemory(tensors, sent);
    freeGivenMemory(view());
    expect(sent.byteLength).toBe(32_768);
    freeGivenMemory(tensors);
    expect(sent.byteLength).toBe(0);
    expect(() => freeGivenMemory(tensors)).not.toThrow();
  });

  it("is not worth a note where it is small", () => {
    const few = new Uint8Array(16);
    expect(isGiven({ x: tensor("float32", [4], new Float32Array(few.buffer)) }, few)).toBe(false);
  });

  it("is never memory in which something else may lie", () => {
    expect(isGiven({ x: inBody }, body.subarray(4))).toBe(false);
    expect(isGiven({ x: inBody, y: tensor("float32", [1], Float32Array.of(1)) }, body)).toBe(false);
    expect(isGiven({ x: inBody, y: tensor("string", [1], ["one"]) }, body)).toBe(false);
  });
});
