import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { describe, expect, it } from "@jest/globals";
import type { Initializer } from "@virga/conformance/onnx-model";
import { tensor } from "../../../src/tensor/tensor.ts";
import { readModelFile } from "../../../src/weights/onnx-file/read-model-file.ts";
import { prepareModel } from "../../../src/weights/prepare/prepare-model.ts";
import { decodeManifest } from "../../../src/weights/registry/decode-manifest.ts";
import { RecordFields } from "../../../src/weights/registry/record-fields.ts";
import {
  answer,
  answerPrepared,
  engine,
  expectClose,
  filesOf,
  floats,
  prepare,
  write,
} from "../../support/prepare-harness.ts";
import { branches, convolution, inline, loop, strings, twoLayers, weight } from "../../support/trial-models.ts";

function bytesOf({ data }: Initializer): Uint8Array {
  return ArrayBuffer.isView(data) ? new Uint8Array(data.buffer) : new Uint8Array();
}

const x = { x: floats(3, 64) };

describe("preparing", () => {
  it("takes weights out of the model and maps them", async () => {
    const path = write(inline);
    const outcome = await prepare(path);
    expect(outcome.manifest.load).toEqual({
      kind: "mapped",
      graph: "model.onnx",
      data: "weights.bin",
      packedBytes: 2 * 64 * 64 * 4,
    });
    expect(outcome.manifest.signature).toEqual({
      inputs: [{ name: "x", type: "float32", shape: [-1, 64] }],
      outputs: [{ name: "y", type: "float32", shape: [-1, 64] }],
    });
    expect(outcome.manifest.operatorSets).toEqual({ "": 21 });
    expectClose(await answerPrepared(outcome, x), await answer(path, x));
    const offsets = readModelFile(join(outcome.directory, "model.onnx")).graph.initializers.map(({ storage }) =>
      storage.kind === "external" ? storage.offset : -1,
    );
    expect(offsets).toEqual([0, 16_384]);
  });
  it("writes a manifest that a registry reads, with what the files really hold", async () => {
    const { directory, manifest } = await prepare(write(inline));
    const written = RecordFields.parse(readFileSync(join(directory, "manifest.json")), "manifest");
    expect(decodeManifest(written)).toEqual(manifest);
    expect(readdirSync(directory).toSorted()).toEqual(["manifest.json", "model.onnx", "weights.bin"]);
    for (const { path, sizeBytes, sha256, chunkCrc32 } of manifest.files) {
      const bytes = readFileSync(join(directory, path));
      expect([sizeBytes, sha256, chunkCrc32]).toEqual([
        bytes.length,
        createHash("sha256").update(bytes).digest("hex"),
        [crc32(bytes)],
      ]);
    }
  });
  it("gives the same bytes for the same model, wherever it lies and whatever it is called", async () => {
    const data = { "w/a.bin": bytesOf(weight("a", [64, 64])) };
    const external = twoLayers({ name: "a", type: "float32", shape: [64, 64], data: { location: "w/a.bin" } });
    for (const [model, files] of [
      [convolution, {}],
      [branches, {}],
      [external, data],
    ] as const) {
      const one = await prepare(write(model, "one.onnx", files));
      const other = await prepare(write(model, "the other.onnx", files));
      expect(filesOf(other.directory)).toEqual(filesOf(one.directory));
    }
  });
  it("joins several data files in one", async () => {
    const bytes = Buffer.concat([Buffer.alloc(100), bytesOf(weight("b", [64, 64], 2))]);
    const files = { "a.bin": bytesOf(weight("a", [64, 64])), "more/b c.bin": bytes };
    const path = write(
      twoLayers(
        { name: "a", type: "float32", shape: [64, 64], data: { location: "a.bin" } },
        {
          name: "b",
          type: "float32",
          shape: [64, 64],
          data: { location: "more/b c.bin", offset: 100, sizeBytes: 16_384 },
        },
      ),
      "m.onnx",
      files,
    );
    const outcome = await prepare(path);
    expect(outcome.manifest.files.map((file) => [file.path, file.sizeBytes])).toEqual([
      ["model.onnx", expect.any(Number)],
      ["weights.bin", 32_768],
    ]);
    expectClose(await answerPrepared(outcome, x), await answer(path, x));
  });
  it("writes weights once that a model has twice", async () => {
    for (const model of [
      twoLayers(weight("a", [64, 64]), weight("copy of a", [64, 64])),
      twoLayers(weight("a", [64, 64])),
    ]) {
      const path = write(model);
      const outcome = await prepare(path);
      expect(outcome.manifest.files[1]?.sizeBytes).toBe(16_384);
      expectClose(await answerPrepared(outcome, x), await answer(path, x));
    }
  });
  it("takes the weights of branches and loop bodies as well", async () => {
    const choices = [0, 1].map((choice) => ({ ...x, choice: tensor("bool", [], Uint8Array.of(choice)) }));
    const times = [0n, 3n].map((number) => ({ ...x, times: tensor("int64", [], BigInt64Array.of(number)) }));
    for (const [model, questions, dataBytes] of [
      [branches, choices, 32_768],
      [loop, times, 16_384],
    ] as const) {
      const path = write(model);
      const outcome = await prepare(path);
      expect(outcome.manifest.load.kind).toBe("mapped");
      expect(outcome.manifest.files[1]?.sizeBytes).toBe(dataBytes);
      for (const inputs of questions) expectClose(await answerPrepared(outcome, inputs), await answer(path, inputs));
    }
  });
  it("keeps strings, which nothing can map", async () => {
    const outcome = await prepare(write(strings));
    expect(outcome.manifest.load).toEqual({ kind: "mapped", graph: "model.onnx", packedBytes: 0 });
    const ids = tensor("int64", [2], BigInt64Array.of(7n, 399n));
    const { words } = await answerPrepared(outcome, { ids });
    expect(words?.data).toEqual(["a word of the number 7", "a word of the number 399"]);
  });
  it("makes a constant of an input that has a value of its own", async () => {
    const model = { ...inline, inputs: [...inline.inputs, { name: "a", tensor: "float32" as const, shape: [64, 64] }] };
    const path = write(model);
    const outcome = await prepare(path);
    expect(outcome.manifest.load.kind).toBe("mapped");
    expect(outcome.manifest.signature.inputs.map(({ name }) => name)).toEqual(["x"]);
    expectClose(await answerPrepared(outcome, x), await answer(path, x));
  });
  it("can be done again with what came out", async () => {
    const first = await prepare(write(inline));
    const again = await prepare(join(first.directory, "model.onnx"));
    expect(again.manifest.load).toEqual(first.manifest.load);
    expectClose(await answerPrepared(again, x), await answerPrepared(first, x));
    await expect(prepareModel(join(first.directory, "model.onnx"), first.directory)).rejects.toMatchObject({
      code: "CONFIG_INVALID",
    });
  });
  it("replaces an older version in its folder, whose files a session may still have mapped", async () => {
    const { directory } = await prepare(write(inline));
    const session = await engine.load({
      kind: "file",
      path: join(directory, "model.onnx"),
      mode: { optimize: false, prepack: false },
    });
    const before = await session.run(x);
    const other = twoLayers(weight("a", [64, 64], 5), weight("b", [64, 64], 6));
    const manifest = await prepareModel(write(other), directory);
    expect(await session.run(x)).toEqual(before);
    await session.close();
    expectClose(await answerPrepared({ directory, manifest }, x), await answer(write(other), x));
  });
});
