import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, it } from "@jest/globals";
import { BlobReader, ZipReader } from "@zip.js/zip.js";

const FOLDER = fileURLToPath(new URL("..", import.meta.url));
const SERVERLESS = createRequire(import.meta.url).resolve("serverless/bin/serverless.js");
const DEADLINE_MS = 240_000;
const run = promisify(execFile);

const FLAGS = ["--conditions=virga:source", "--disable-warning=ExperimentalWarning"];

function packageIn(folder: string): Promise<unknown> {
  return run(process.execPath, [...FLAGS, SERVERLESS, "package"], { cwd: folder, timeout: DEADLINE_MS });
}

it("is packaged into two functions, each by its own plugin", async () => {
  await packageIn(FOLDER);
  expect(await namesIn("species.zip")).toEqual(["src/species.js"]);
  expect(await namesIn("predict.zip")).toEqual(["index.mjs", "libonnxruntime.so.1", "onnxruntime_binding.node"]);
  const { functions } = JSON.parse(readFileSync(join(FOLDER, ".serverless/serverless-state.json"), "utf8")).service;
  expect(functions).toMatchObject({
    species: { handler: "src/species.handler", package: { artifact: ".serverless/species.zip" } },
    predict: { handler: "index.handler", package: { artifact: ".serverless/predict.zip" } },
  });
});

it("ends when a function of the user's does not compile, though serverless-esbuild would wait for ever", async () => {
  const copy = mkdtempSync(join(tmpdir(), "virga-two-functions-"));
  try {
    const config = readFileSync(join(FOLDER, "serverless.yml"), "utf8");
    writeFileSync(join(copy, "serverless.yml"), config.replace("../iris", join(FOLDER, "../iris")));
    symlinkSync(join(FOLDER, "node_modules"), join(copy, "node_modules"));
    mkdirSync(join(copy, "src"));
    writeFileSync(join(copy, "src/species.ts"), 'export { handler } from "./nowhere.ts";\n');
    await expect(packageIn(copy)).rejects.toMatchObject({ code: 1, killed: false });
  } finally {
    rmSync(copy, { recursive: true });
  }
});

async function namesIn(zip: string): Promise<string[]> {
  const reader = new ZipReader(new BlobReader(new Blob([readFileSync(join(FOLDER, ".serverless", zip))])));
  return (await reader.getEntries()).map(({ filename }) => filename).sort();
}
