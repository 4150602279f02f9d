import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { truncate } from "node:fs/promises";
import { dirname, join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import type { ModelDefinition } from "@virga/conformance/onnx-model";
import type { LoadMode, Session } from "../../../src/session/engine.ts";
import { areIdentical } from "../../../src/tensor/agreement.ts";
import { type Tensors, tensor } from "../../../src/tensor/tensor.ts";
import { mappedPages } from "../../../src/weights/prepare/mapped-pages.ts";
import { disproveEarly, MAPPED, type Original } from "../../../src/weights/prepare/prove-loading.ts";
import { type LaidOutModel, writeLayout } from "../../../src/weights/prepare/write-layout.ts";
import { engine, floats, write } from "../../support/prepare-harness.ts";
import { convolution, inline, twoLayers, weight } from "../../support/trial-models.ts";

const onLinux = process.platform === "linux" ? it : it.skip;

async function layOut(model: ModelDefinition): Promise<LaidOutModel & { readonly data: string }> {
  const source = write(model);
  const laidOut = await writeLayout(source, { folder: dirname(source), graph: "model.onnx", data: "weights.bin" });
  return { ...laidOut, data: "weights.bin" };
}

/** Creates a session on an empty data file, writes the weights into it, and compares with a session created after that. */
async function isRightWhenEarly(model: LaidOutModel, inputs: Tensors, mode: LoadMode): Promise<boolean> {
  const [graph, data] = [join(model.folder, model.graph), join(model.folder, "weights.bin")];
  const weights = readFileSync(data);
  renameSync(data, `${data}.gone`);
  writeFileSync(data, "");
  await truncate(data, weights.length);
  const early = await engine.load({ kind: "file", path: graph, mode });
  writeFileSync(data, weights, { flag: "r+" });
  const late = await engine.load({ kind: "file", path: graph, mode });
  const isRight = areIdentical(await early.run(inputs), await late.run(inputs));
  await closeAll(early, late);
  return isRight;
}

async function closeAll(...sessions: Session[]): Promise<void> {
  for (const session of sessions) await session.close();
}

async function ask(path: string, inputs: Tensors): Promise<Original> {
  const session = await engine.load({ kind: "file", path });
  const outputs = await session.run(inputs);
  await session.close();
  return { signature: session.signature, trials: [{ inputs, outputs }] };
}

const vector = { x: floats(2, 64) };
const image = { x: floats(1, 3, 16, 16) };

describe("a session that is created while its weights arrive", () => {
  onLinux("is right with neither optimising nor packing", async () => {
    expect(await isRightWhenEarly(await layOut(inline), vector, MAPPED)).toBe(true);
    expect(await isRightWhenEarly(await layOut(convolution), image, MAPPED)).toBe(true);
  });

  onLinux("is wrong without a word when it packs", async () => {
    expect(await isRightWhenEarly(await layOut(inline), vector, { optimize: false, prepack: true })).toBe(false);
  });

  onLinux("is wrong without a word when it optimises what has a layout", async () => {
    if (process.arch !== "x64") return;
    expect(await isRightWhenEarly(await layOut(convolution), image, { optimize: true, prepack: false })).toBe(false);
  });

  it("cannot be created on a file that lacks its length", async () => {
    const model = await layOut(inline);
    await truncate(join(model.folder, model.data), model.dataSizeBytes - 1);
    const path = join(model.folder, model.graph);
    await expect(engine.load({ kind: "file", path, mode: MAPPED })).rejects.toMatchObject({ code: "WEIGHTS_CORRUPT" });
  });

  onLinux("does not see a file that takes the place of its own", async () => {
    const model = await layOut(inline);
    const data = join(model.folder, model.data);
    const session = await engine.load({ kind: "file", path: join(model.folder, model.graph), mode: MAPPED });
    const before = await session.run(vector);
    writeFileSync(`${data}.new`, new Uint8Array(model.dataSizeBytes));
    renameSync(`${data}.new`, data);
    expect(areIdentical(await session.run(vector), before)).toBe(true);
    await session.close();
  });

  onLinux("has read nothing of its file, and maps all of it", async () => {
    const model = await layOut(twoLayers(weight("a", [64, 64]), weight("b", [64, 64], 2)));
    const data = join(model.folder, model.data);
    const session = await engine.load({ kind: "file", path: join(model.folder, model.graph), mode: MAPPED });
    expect(mappedPages(data)).toEqual({ mappedBytes: model.dataSizeBytes, residentBytes: 0 });
    await session.run(vector);
    expect(mappedPages(data)).toEqual({ mappedBytes: model.dataSizeBytes, residentBytes: model.dataSizeBytes });
    await session.close();
    expect(mappedPages(data)?.mappedBytes).toBe(0);
  });
});

describe("the proof of an early session", () => {
  onLinux("fails for a graph whose scales lie in the data file, since they are read at once", async () => {
    const scale = Float32Array.of(1 / 32);
    const source = write(
      {
        inputs: [{ name: "x", tensor: "uint8", shape: ["N"] }],
        outputs: [{ name: "y", tensor: "uint8" }],
        operations: [
          {
            operator: "QLinearSigmoid",
            domain: "com.microsoft",
            inputs: ["x", "scale", "zero", "scale", "zero"],
            outputs: ["y"],
          },
        ],
        initializers: [
          { name: "scale", type: "float32", shape: [], data: { location: "scale.bin", offset: 0, sizeBytes: 4 } },
          { name: "zero", type: "uint8", shape: [], data: Uint8Array.of(0) },
        ],
        operatorSets: { "": 21, "com.microsoft": 1 },
      },
      "model.onnx",
      { "scale.bin": new Uint8Array(scale.buffer) },
    );
    const folder = dirname(source);
    const original = await ask(source, { x: tensor("uint8", [3], Uint8Array.of(0, 50, 100)) });
    const model = { folder, graph: "model.onnx", data: "scale.bin", dataSizeBytes: 4 };
    expect(await disproveEarly(engine, model, original)).toBe("some weights are read while the session is created");
    const laidOut = await writeLayout(source, { folder, graph: "laid-out.onnx", data: "none.bin" });
    expect(laidOut.data).toBeUndefined();
    expect(await disproveEarly(engine, laidOut, original)).toBeUndefined();
  });

  it("fails for other weights and for other outputs", async () => {
    const model = await layOut(inline);
    const original = await ask(join(model.folder, model.graph), vector);
    expect(await disproveEarly(engine, model, original)).toBeUndefined();
    const outputs = { y: tensor("float32", [2, 64], new Float32Array(128)) };
    expect(await disproveEarly(engine, model, { ...original, trials: [{ inputs: vector, outputs }] })).toMatch(/"y"/);
    const signature = { ...original.signature, outputs: [] };
    expect(await disproveEarly(engine, model, { signature, trials: [] })).toMatch(/other inputs or outputs/);
  });
});
