import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { tensor } from "../../../src/tensor/tensor.ts";
import { chooseLoad } from "../../../src/weights/load-choice.ts";
import { allGraphs } from "../../../src/weights/onnx-file/model-file.ts";
import { readModelFile } from "../../../src/weights/onnx-file/read-model-file.ts";
import type { Manifest } from "../../../src/weights/registry/manifest.ts";
import { answer, answerPrepared, engine, expectClose, floats, prepare, write } from "../../support/prepare-harness.ts";
import { computedConstant, convolution, fourBits, halfPrecision, quantized } from "../../support/trial-models.ts";

describe("what depends on the machine", () => {
  it("gives convolutions a portable form and, where the machine has a layout, one for it", async () => {
    const path = write(convolution);
    const outcome = await prepare(path);
    const { load } = outcome.manifest;
    expect(load).toMatchObject({
      kind: "mappedWhenComplete",
      graph: "model.onnx",
      data: "weights.bin",
      prepack: false,
    });
    const operators = allGraphs(readModelFile(join(outcome.directory, "model.onnx"))).flatMap(({ nodes }) => nodes);
    expect(operators.filter(({ domain }) => domain === "com.microsoft.nchwc")).toEqual([]);
    const inputs = { x: floats(2, 3, 16, 16) };
    const expected = await answer(path, inputs);
    expectClose(await answerPrepared(outcome, inputs), expected);
    const elsewhere: Manifest = { ...outcome.manifest, runtimeVersion: "0.0.0" };
    expect(await chooseLoad(engine, elsewhere)).toMatchObject({ graph: "model.onnx", mayArrive: false });
    expectClose(await answerPrepared({ ...outcome, manifest: elsewhere }, inputs), expected);
  });
  it("leaves float16 as small as it is", async () => {
    const path = write(halfPrecision);
    const outcome = await prepare(path);
    expect(outcome.manifest.load).toMatchObject({ kind: "mappedWhenComplete", layouts: [] });
    expect(outcome.manifest.files[1]?.sizeBytes).toBe(8192);
    const inputs = { x: tensor("float16", [1, 64], new Uint16Array(64).fill(0x3800)) };
    expect(await answerPrepared(outcome, inputs)).toEqual(await answer(path, inputs));
  });
  it("leaves to the load what processors do in different ways", async () => {
    const [signed, unsigned] = [await prepare(write(quantized("int8"))), await prepare(write(quantized("uint8")))];
    expect(signed.manifest.load).toMatchObject({ kind: "mappedWhenComplete", prepack: false });
    expect(unsigned.manifest.load).toMatchObject({ kind: "mapped" });
    const { graph } = readModelFile(join(signed.directory, "model.onnx"));
    expect(graph.nodes.map(({ operator }) => operator)).toContain("DequantizeLinear");
  });
  it("has weights of four bits packed, without which they take many times as long", async () => {
    const path = write(fourBits);
    const outcome = await prepare(path);
    expect(outcome.manifest.load).toMatchObject({ kind: "mappedWhenComplete", prepack: true, layouts: [] });
    const inputs = { x: floats(2, 256) };
    expectClose(await answerPrepared(outcome, inputs), await answer(path, inputs));
  });
  it("does not write out constants that a small model computes", async () => {
    const outcome = await prepare(write(computedConstant));
    expect(outcome.manifest.load.kind).toBe("mappedWhenComplete");
    expect(outcome.manifest.files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)).toBeLessThan(2000);
  });
});
