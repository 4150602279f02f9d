import { describe, expect, it } from "@jest/globals";
import { freeTensors } from "../../src/tensor/free-memory.ts";
import { tensor } from "../../src/tensor/tensor.ts";

describe("tensors that nobody will look at any more", () => {
  it("give back memory that is all theirs, also where two lie in the same", () => {
    const memory = new ArrayBuffer(65_536);
    const floats = tensor("float32", [16_384], new Float32Array(memory));
    const bytes = tensor("uint8", [65_536], new Uint8Array(memory));
    freeTensors({ floats, bytes });
    expect([floats.data.length, bytes.data.length, memory.byteLength]).toEqual([0, 0, 0]);
  });

  it("leave alone what is small, shared, text, or a part of something else", () => {
    const memory = new ArrayBuffer(65_536);
    const tensors = {
      part: tensor("float32", [16_000], new Float32Array(memory, 0, 16_000)),
      small: tensor("float32", [4], new Float32Array(4)),
      shared: tensor("uint8", [65_536], new Uint8Array(new SharedArrayBuffer(65_536))),
      text: tensor("string", [1], ["one"]),
    };
    freeTensors(tensors);
    expect(Object.values(tensors).map(({ data }) => data.length)).toEqual([16_000, 4, 65_536, 1]);
  });
});
