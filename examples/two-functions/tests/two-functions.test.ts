import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, it } from "@jest/globals";
import { BlobReader, ZipReader } from "@zip.js/zip.js";

const FOLDER = fileURLToPath(new URL("..", import.meta.url));
const SERVERLESS = createRequire(import.meta.url).resolve("serverless/bin/serverless.js");
const DEADLINE_MS = 120_000;
const run = promisify(execFile);

it(
  "is packaged into two functions, each by its own plugin",
  async () => {
    const flags = ["--conditions=virga:source", "--disable-warning=ExperimentalWarning"];
    await run(process.execPath, [...flags, SERVERLESS, "package"], { cwd: FOLDER, timeout: DEADLINE_MS });
    expect(await namesIn("species.zip")).toEqual(["src/species.js"]);
    expect(await namesIn("predict.zip")).toEqual(["index.mjs", "libonnxruntime.so.1", "onnxruntime_binding.node"]);
    const { functions } = JSON.parse(readFileSync(join(FOLDER, ".serverless/serverless-state.json"), "utf8")).service;
    expect(functions).toMatchObject({
      species: { handler: "src/species.handler", package: { artifact: ".serverless/species.zip" } },
      predict: { handler: "index.handler", package: { artifact: ".serverless/predict.zip" } },
    });
  },
  DEADLINE_MS,
);

async function namesIn(zip: string): Promise<string[]> {
  const reader = new ZipReader(new BlobReader(new Blob([readFileSync(join(FOLDER, ".serverless", zip))])));
  return (await reader.getEntries()).map(({ filename }) => filename).sort();
}
