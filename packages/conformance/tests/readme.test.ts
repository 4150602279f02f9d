import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { parseInferenceConfig } from "@virga/core/config-schema";
import { parse } from "yaml";
import { createExampleApp } from "../src/example-app.ts";

const run = promisify(execFile);
const root = fileURLToPath(new URL("../../..", import.meta.url));
const readme = readFileSync(join(root, "README.md"), "utf8");
const compiler = createRequire(import.meta.url).resolve("typescript/bin/tsc");

/** The README's blocks of one language, in order. */
function blocks(language: string): string[] {
  return [...readme.matchAll(new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\`$`, "gm"))].map(([, text]) => text ?? "");
}

let folder: string;

/** Snippets find the packages as a file of this package does. */
beforeAll(() => {
  const parent = join(root, "packages", "conformance", ".virga");
  mkdirSync(parent, { recursive: true });
  folder = mkdtempSync(join(parent, "readme-"));
  for (const [index, text] of blocks("ts").entries()) writeFileSync(join(folder, `snippet-${index}.ts`), text);
  const settings = { extends: join(root, "tsconfig.base.json"), include: ["*.ts"] };
  const options = {
    composite: false,
    declarationMap: false,
    isolatedDeclarations: false,
    noEmit: true,
    noUnusedLocals: false,
  };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ ...settings, compilerOptions: options }));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs a module beside the snippets, from the root as a reader would, and gives what it prints. */
async function runModule(text: string): Promise<unknown> {
  writeFileSync(join(folder, "check.ts"), text);
  const flags = ["--conditions=virga:source", "--disable-warning=ExperimentalWarning", join(folder, "check.ts")];
  const { stdout } = await run(process.execPath, flags, { cwd: root });
  rmSync(join(folder, "check.ts"));
  return JSON.parse(stdout);
}

describe("the README", () => {
  it("has snippets that compile", async () => {
    expect(blocks("ts")).toHaveLength(2);
    await run(process.execPath, [compiler, "-p", folder], { cwd: root }).catch((error: { stdout: string }) => {
      throw new Error(`A snippet of README.md does not compile:\n${error.stdout}`);
    });
  });

  it("shows a predictor that predicts", async () => {
    const check = `
      import { createPredictor, tensor } from "@virga/core";
      import predictor from "./snippet-0.ts";
      const service = await createPredictor({ models: { iris: { source: "examples/iris/model.onnx" } }, predictor });
      const { fahrenheit } = await service.predict({ celsius: tensor("float32", [2], Float32Array.of(0, 100)) });
      console.log(JSON.stringify(Array.from(fahrenheit.data)));`;
    expect(await runModule(check)).toEqual([32, 212]);
  });

  it("shows how another program calls a model", async () => {
    const snippet = blocks("ts")[1] ?? "";
    const probabilities = await runModule(`${snippet}\nconsole.log(JSON.stringify(Array.from(probabilities.data)));`);
    expect(probabilities).toHaveLength(3);
  });

  it("shows a config that can be deployed", () => {
    const [block = ""] = blocks("yaml");
    const { plugins, provider, inference } = parse(block);
    const own = parse(readFileSync(join(root, "serverless.yml"), "utf8"));
    expect({ plugins, provider }).toEqual({ plugins: own.plugins, provider: own.provider });
    const { config, problems } = parseInferenceConfig(inference);
    expect(problems).toBeUndefined();
    expect(Object.keys(config?.models ?? {})).toEqual(["iris"]);
  });

  it("shows the answer that its curl line gets", async () => {
    const body = /curl \S+\/predict -d '([^']+)'/.exec(readme)?.[1];
    const app = await createExampleApp(new URL("../../../serverless.yml", import.meta.url));
    const response = await app.fetch(new Request("http://127.0.0.1/predict", { method: "POST", body: body ?? "" }));
    expect(await response.json()).toEqual(JSON.parse(blocks("json")[0] ?? ""));
    await app.close();
  });
});
