import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import type { ModelDefinition } from "@virga/conformance/onnx-model";
import { WeightCache } from "../../src/weights/cache/weight-cache.ts";
import { chooseLoad } from "../../src/weights/load-choice.ts";
import { loadRegistered } from "../../src/weights/load-registered.ts";
import { mappedPages } from "../../src/weights/prepare/mapped-pages.ts";
import type { Manifest } from "../../src/weights/registry/manifest.ts";
import { Registry } from "../../src/weights/registry/registry.ts";
import { createFileStore } from "../../src/weights/store/file-store.ts";
import { answer, engine, expectClose, floats, freshPath, prepare, write } from "../support/prepare-harness.ts";
import { noisy, particular, quantized } from "../support/trial-models.ts";

const WEIGHTS = Float32Array.from({ length: 8000 }, (_, index) => Math.sin(index));
/** Takes inputs that nobody guesses, and has its weights in a file beside it. */
const unpreparable: ModelDefinition = {
  ...particular,
  initializers:
    particular.initializers?.map((tensor) =>
      tensor.name === "w" ? { ...tensor, data: { location: "w.bin" } } : tensor,
    ) ?? [],
};

/** A sum of the model's answer and noise. */
function withNoise(model: ModelDefinition): ModelDefinition {
  const operations = model.operations.map((each) =>
    each.outputs.includes("y") ? { ...each, outputs: ["quiet"] } : each,
  );
  const noise = { operator: "RandomUniformLike", inputs: ["quiet"], outputs: ["noise"] };
  return {
    ...model,
    operations: [...operations, noise, { operator: "Add", inputs: ["quiet", "noise"], outputs: ["y"] }],
  };
}

async function publish(path: string): Promise<{ registry: Registry; manifest: Manifest }> {
  const { directory, manifest } = await prepare(path);
  const registry = new Registry(createFileStore(freshPath()));
  await registry.publish("model", directory, manifest, { by: "test" });
  return { registry, manifest };
}

describe("a model that was published as it is", () => {
  it("is loaded where it lies: optimised, its weights mapped and not packed", async () => {
    const path = write(unpreparable, "m.onnx", { "w.bin": new Uint8Array(WEIGHTS.buffer) });
    const { registry, manifest } = await publish(path);
    expect(manifest.load).toMatchObject({ kind: "original", prepack: false, reason: expect.stringMatching(/example/) });
    expect(await chooseLoad(engine, manifest)).toEqual({
      graph: "model.onnx",
      files: ["model.onnx", "w.bin"],
      mode: { optimize: true, prepack: false },
      mayArrive: false,
    });
    const directory = freshPath();
    const model = {
      kind: "registry" as const,
      registry,
      name: "model",
      reference: "1",
      cache: new WeightCache({ directory }),
    };
    const session = await loadRegistered(engine, model, await registry.resolve("model", "1"));
    const inputs = { x: floats(1000) };
    expectClose(await session.run(inputs), await answer(path, inputs));
    const [folder = ""] = readdirSync(join(directory, "work"));
    const pages = mappedPages(join(directory, "work", folder, "w.bin"));
    if (pages !== undefined) expect(pages.mappedBytes).toBeGreaterThanOrEqual(WEIGHTS.byteLength);
    await session.close();
    expect(readdirSync(join(directory, "work"))).toEqual([]);
  });

  it("is packed where it computes in another way without", async () => {
    const { manifest } = await publish(write(withNoise(quantized("uint8"))));
    expect(manifest.load).toMatchObject({ kind: "original", prepack: true });
    expect(await chooseLoad(engine, manifest)).toMatchObject({ mode: { optimize: true, prepack: true } });
    const { manifest: plain } = await publish(write(noisy));
    expect(plain.load).toMatchObject({ kind: "original", prepack: false });
  });
});
