import { execFile } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, describe, expect, it } from "@jest/globals";
import { bundleFunction } from "../../src/index.ts";
import { createProject, manifest, type Project } from "../support/project.ts";
import { runModule } from "../support/run-module.ts";

const NATIVE_FILES = ["onnxruntime_binding.node", "libonnxruntime.so.1"];
const ENTRY =
  'export { createOnnxEngine } from "@virga/core"; export { default as predictor } from "./src/predict.ts";';
const PREDICTOR = `
  import { InferenceError } from "@virga/core";
  import greet from "greeting";
  const labels: string = "labels of the predictor";
  export default { labels, greeting: greet(), isOurs: InferenceError.is(new InferenceError("INTERNAL", "")) };
`;
const FILES = {
  "src/predict.ts": PREDICTOR,
  "node_modules/greeting/package.json": manifest("greeting"),
  "node_modules/greeting/index.js": 'module.exports = () => require("node:path").basename("/a/hello");',
  // The project's own copy is old, and not the one that the function runs on.
  "node_modules/@virga/core/package.json": manifest("@virga/core"),
  "node_modules/@virga/core/index.js": "throw new Error('a second copy of the core')",
};

let project: Project;
afterEach(() => project.remove());

describe("bundleFunction", () => {
  it("makes one module and the native files of one machine, which run on their own", async () => {
    project = createProject(FILES);
    const { folder, files, parts } = await project.bundle(ENTRY);
    expect(files.map(({ name }) => name)).toEqual(["index.mjs", ...NATIVE_FILES]);
    expect(readdirSync(folder).sort()).toEqual(files.map(({ name }) => name).sort());
    expect(parts.map(({ packageName }) => packageName)).toEqual(
      expect.arrayContaining(["@virga/core", "onnxruntime-node", "onnxruntime-common", "greeting", "project"]),
    );
    const ran = await runModule(folder, 'console.log(JSON.stringify((await import("./index.mjs")).predictor))');
    expect(ran).toEqual({ labels: "labels of the predictor", greeting: "hello", isOurs: true });
  });

  it("loads onnxruntime from the files beside the bundle", async () => {
    project = createProject({});
    const { folder } = await project.bundle(
      'import { createPredictor } from "@virga/core";\n' +
        "export const failure = (path) => createPredictor({ models: { m: { source: path } } }).catch(({ code }) => code);",
    );
    writeFileSync(join(project.folder, "no.onnx"), "no model");
    const code = 'console.log(JSON.stringify(await (await import("./index.mjs")).failure("../no.onnx")))';
    expect(await runModule(folder, code)).toBe("WEIGHTS_CORRUPT");
  });

  it("has the programs of workers beside the bundle, whole, where there are workers", async () => {
    project = createProject({
      "node_modules/greeting/package.json": manifest("greeting"),
      "node_modules/greeting/index.js": 'exports.greet = () => "hello";',
    });
    const contents =
      'import { createWorkerEngine } from "@virga/core/workers";\n' +
      "export async function fail() {\n" +
      '  const { greet } = await import("greeting");\n' +
      "  const engine = createWorkerEngine({ workers: 1 });\n" +
      '  const failure = await engine.load({ kind: "file", path: "../package.json" }).catch(({ code }) => code);\n' +
      "  await engine.close();\n" +
      "  return [greet(), failure];\n" +
      "}";
    const { folder, files } = await bundleFunction({
      entry: { contents, resolveFolder: project.folder, hasWorkers: true },
      architecture: "x64",
      outputFolder: join(project.folder, "built"),
    });
    const names = ["index.mjs", "layout-process.mjs", "worker-entry.mjs", ...NATIVE_FILES];
    expect(files.map(({ name }) => name)).toEqual(names);
    expect(readdirSync(folder).sort()).toEqual(names.sort());
    // A file, as workers are started with the options of their process.
    const program = join(project.folder, "fail.mjs");
    writeFileSync(program, 'import { fail } from "./built/index.mjs"; console.log(JSON.stringify(await fail()));');
    const { stdout } = await promisify(execFile)(process.execPath, [program], { cwd: folder, env: {} });
    expect(JSON.parse(stdout)).toEqual(["hello", "WEIGHTS_CORRUPT"]);
    const after = await project.bundle("export default 1;");
    expect(readdirSync(after.folder).sort()).toEqual(["index.mjs", ...NATIVE_FILES].sort());
  });

  it("gives the same bytes for the same input, whatever the folder", async () => {
    project = createProject(FILES);
    const first = await project.bundle(ENTRY);
    const elsewhere = join(project.folder, "elsewhere", "deeper");
    mkdirSync(elsewhere, { recursive: true });
    for (const name of ["src", "node_modules", "package.json"]) {
      cpSync(join(project.folder, name), join(elsewhere, name), { recursive: true });
    }
    const second = await bundleFunction({
      entry: { contents: ENTRY, resolveFolder: elsewhere },
      architecture: "x64",
      outputFolder: join(elsewhere, "built"),
    });
    const [one, other] = [first, second].map(({ folder }) => readFileSync(join(folder, "index.mjs"), "utf8"));
    expect(other).toBe(one);
    expect(one).not.toContain(project.folder);
    expect(second.files).toEqual(first.files);
  });

  it("takes the native files of arm64 where that is asked for", async () => {
    project = createProject({});
    const bundled = await bundleFunction({
      entry: { contents: 'export * from "@virga/core";', resolveFolder: project.folder },
      architecture: "arm64",
      outputFolder: join(project.folder, "built"),
    });
    for (const name of NATIVE_FILES) expect(readFileSync(join(bundled.folder, name)).readUInt16LE(18)).toBe(183);
  });

  it("builds anew over what it built before, and leaves the folders of others alone", async () => {
    project = createProject({
      "src/labels.txt": "a",
      "src/predict.ts": 'export default new URL("./labels.txt", import.meta.url).href;',
    });
    const before = await project.bundle('export { default } from "./src/predict.ts";');
    expect(before.files.map(({ name }) => name)).toContain("assets/project/src/labels.txt");
    const after = await project.bundle("export default 1;");
    expect(readdirSync(after.folder)).not.toContain("assets");
    writeFileSync(join(after.folder, "notes.md"), "mine");
    await expect(project.bundle("export default 1;")).rejects.toThrow(/holds notes.md, which is no part of a function/);
    const ours = bundleFunction({
      entry: { contents: "export default 1;", resolveFolder: project.folder },
      architecture: "x64",
      outputFolder: join(project.folder, "src"),
    });
    await expect(ours).rejects.toThrow(/src holds labels.txt/);
    expect(readFileSync(join(after.folder, "notes.md"), "utf8")).toBe("mine");
  });

  it("tells where a predictor does not compile", async () => {
    project = createProject({ "src/predict.ts": "export default 1;\nconst = 2;" });
    const failure = await project.bundle('import "./src/predict.ts";').catch((error: unknown) => error);
    expect(failure).toMatchObject({
      code: "CONFIG_INVALID",
      message: expect.stringMatching(/cannot be bundled:[\s\S]*src\/predict\.ts:2:6/),
    });
  });
});
