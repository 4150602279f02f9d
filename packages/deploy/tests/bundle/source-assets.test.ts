import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "@jest/globals";
import { createProject, manifest, type Project } from "../support/project.ts";
import { runModule } from "../support/run-module.ts";

const ENTRY = 'export { default } from "./src/predict.ts";';
const ASK = 'console.log(JSON.stringify((await import("./index.mjs")).default))';

let project: Project;
afterEach(() => project.remove());

async function refusal(predictor: string, files: Readonly<Record<string, string>> = {}): Promise<string> {
  project = createProject({ "src/predict.ts": predictor, ...files });
  const failure = await project.bundle(ENTRY).catch((error: unknown) => error);
  expect(failure).toMatchObject({ code: "CONFIG_INVALID" });
  return String(failure);
}

describe("files beside the sources", () => {
  it.each([
    ["import.meta.url", 'readFileSync(new URL("./labels.txt", import.meta.url), "utf8")'],
    ["import.meta.dirname", 'readFileSync(join(import.meta.dirname, "labels.txt"), "utf8")'],
    ["__dirname in a template", 'readFileSync(`${__dirname}/labels.txt`, "utf8")'],
    ["a path from elsewhere in the package", 'readFileSync(new URL(`../src/labels.txt`, import.meta.url), "utf8")'],
  ])("are in the function where a predictor names them by %s", async (_, read) => {
    const predictor = `import { readFileSync } from "node:fs"; import { join } from "node:path"; void join; export default ${read};`;
    project = createProject({ "src/predict.ts": predictor, "src/labels.txt": "cat\ndog" });
    const { folder, files } = await project.bundle(ENTRY);
    expect(files.at(-1)).toEqual({ name: "assets/project/src/labels.txt", sizeBytes: 7 });
    expect(await runModule(folder, ASK)).toBe("cat\ndog");
  });

  it("are in the function where a dependency names them, but for models", async () => {
    const files = {
      "src/predict.ts": 'import text from "words"; import from2 from "bytes"; export default [text, from2];',
      "node_modules/words/package.json": manifest("words", { type: "module" }),
      "node_modules/words/index.js":
        'import { readFileSync } from "node:fs"; import { fileURLToPath } from "node:url"; import { dirname, resolve } from "node:path";\n' +
        "const at = (path) => resolve(dirname(fileURLToPath(import.meta.url)), path);\n" +
        'export const model = at("./data/net.onnx");\nexport default readFileSync(at("./data/words.txt"), "utf8");',
      "node_modules/words/data/words.txt": "alpha",
      "node_modules/words/data/net.onnx": "weights",
      "node_modules/bytes/package.json": manifest("bytes"),
      "node_modules/bytes/index.js":
        '"use strict";\nvar strict = !this;\nmodule.exports = [require("fs").readFileSync(__dirname + "/" + "code.wasm", "utf8"), require("./lib/more.json").more, __filename.endsWith("index.js")];',
      "node_modules/bytes/code.wasm": "wasm",
      "node_modules/bytes/lib/more.json": '{"more":1}',
    };
    project = createProject(files);
    const bundled = await project.bundle(ENTRY);
    expect(bundled.files.slice(3).map(({ name }) => name)).toEqual([
      "assets/bytes/code.wasm",
      "assets/words/data/words.txt",
    ]);
    expect(await runModule(bundled.folder, ASK)).toEqual(["alpha", ["wasm", 1, true]]);
    expect(readFileSync(join(bundled.folder, "assets/bytes/code.wasm"), "utf8")).toBe("wasm");
  });

  it("leaves alone what only speaks of its place in words", async () => {
    project = createProject({
      "src/predict.ts": '// import.meta.url, __dirname\nexport default "import.meta.url";',
    });
    const { folder } = await project.bundle(ENTRY);
    expect(await runModule(folder, ASK)).toBe("import.meta.url");
  });

  it("lets a dependency ask for a module from where it lies", async () => {
    project = createProject({
      "src/predict.ts": 'export { default } from "asking";',
      "node_modules/asking/package.json": manifest("asking", { type: "module" }),
      "node_modules/asking/index.js":
        'import { createRequire } from "node:module"; export default createRequire(import.meta.url)("node:path").sep;',
    });
    const { folder } = await project.bundle(ENTRY);
    expect(await runModule(folder, ASK)).toBe("/");
  });

  it.each([
    [
      "a name that is made up later",
      'const name = "labels";\nexport default new URL(`./${name}.txt`, import.meta.url);',
    ],
    ["a file that is not there", '\nexport default new URL("./none.txt", import.meta.url);'],
    ["a folder", '\nexport default new URL("./", import.meta.url);'],
    ["code", '\nexport default new URL("./worker.ts", import.meta.url);'],
    ["a package", '\nexport default import.meta.resolve("words/words.txt");'],
  ])("refuses %s, with its line", async (_, predictor) => {
    const message = await refusal(predictor, { "src/labels.txt": "a", "src/worker.ts": "export {};" });
    expect(message).toMatch(/looks for files beside the source[\s\S]*src\/predict\.ts:2:/);
  });

  it("refuses a file outside of the package", async () => {
    const message = await refusal('export default new URL("../outside.txt", import.meta.url);', {
      "src/package.json": manifest("inner"),
      "outside.txt": "a",
    });
    expect(message).toMatch(/outside.txt lies outside of the package/);
  });
});
