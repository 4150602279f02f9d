import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { createNativeSession } from "../../../src/session/onnx-runtime.ts";
import type { Tensors } from "../../../src/tensor/tensor.ts";
import { prepareModel } from "../../../src/weights/prepare/prepare-model.ts";
import { filesOf, floats, prepare, write } from "../../support/prepare-harness.ts";
import { convolution, inline, noisy, particular, twoLayers } from "../../support/trial-models.ts";

describe("a model that is published as it is", () => {
  async function reasonFor(path: string, examples?: readonly Tensors[]): Promise<string> {
    const { manifest, directory } = await prepare(path, examples);
    if (manifest.load.kind !== "original") return "prepared";
    expect(readFileSync(join(directory, manifest.load.graph))).toEqual(readFileSync(path));
    return manifest.load.reason;
  }

  it("gives different answers to the same question", async () => {
    expect(await reasonFor(write(noisy))).toMatch(/different answers to the same input/);
  });

  it("takes no random input, unless an example is given", async () => {
    const path = write(particular);
    expect(await reasonFor(path)).toMatch(/^no random input was found .* give an example/);
    expect(await reasonFor(path, [{ x: floats(1000) }])).toBe("prepared");
  });

  it("has been optimised for one kind of machine", async () => {
    const { directory, manifest } = await prepare(write(convolution));
    const machine = manifest.load.kind === "mappedWhenComplete" ? manifest.load.layouts[0] : undefined;
    if (machine === undefined || machine.graph === "model.onnx") return;
    const { manifest: again } = await prepare(join(directory, machine.graph));
    expect(again.load).toMatchObject({ kind: "original", reason: expect.stringContaining("one kind of machine") });
    expect(again.files.map(({ path }) => path)).toEqual(["model.onnx", machine.data]);
  });

  it("is in the runtime's own format", async () => {
    const path = write(inline);
    const written = path.replace(/\.onnx$/, ".ort");
    await (await createNativeSession(path, { optimizedModelFilePath: written, logSeverityLevel: 4 })).release();
    expect(await reasonFor(written)).toMatch(/runtime's own format/);
    expect((await prepare(written)).manifest.load).toMatchObject({ graph: "model.ort", prepack: true });
  });
});

describe("a model that cannot be prepared at all", () => {
  it.each<[string, string, (path: string) => void]>([
    ["is missing", "WEIGHTS_MISSING", (path) => rmSync(path)],
    ["is empty", "WEIGHTS_CORRUPT", (path) => writeFileSync(path, "")],
    ["has been cut short", "WEIGHTS_CORRUPT", (path) => writeFileSync(path, readFileSync(path).subarray(0, 20_000))],
    ["is a pointer", "WEIGHTS_CORRUPT", (path) => writeFileSync(path, "version https://git-lfs.github.com/spec/v1\n")],
  ])("%s", async (_, code, spoil) => {
    const path = write(inline);
    spoil(path);
    await expect(prepare(path)).rejects.toMatchObject({ code });
  });

  it("lacks a data file, or has one that is too short", async () => {
    const model = twoLayers({ name: "a", type: "float32", shape: [64, 64], data: { location: "a.bin" } });
    await expect(prepare(write(model))).rejects.toMatchObject({ code: "WEIGHTS_MISSING" });
    const short = write(model, "m.onnx", { "a.bin": new Uint8Array(1000) });
    await expect(prepare(short)).rejects.toMatchObject({ code: "WEIGHTS_CORRUPT" });
  });

  it("leaves nothing behind, and what was there as it was", async () => {
    const { directory } = await prepare(write(inline));
    const before = filesOf(directory);
    const broken = write(inline);
    writeFileSync(broken, readFileSync(broken).subarray(0, 20_000));
    await expect(prepareModel(broken, directory)).rejects.toMatchObject({ code: "WEIGHTS_CORRUPT" });
    expect(filesOf(directory)).toEqual(before);
  });
});
