import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "@jest/globals";
import { createProject, manifest, type Project } from "../support/project.ts";
import { runModule } from "../support/run-module.ts";

const ENTRY = 'import work from "native"; export default work;';
const CODE = { "node_modules/native/index.js": "module.exports = 1;" };

let project: Project;
afterEach(() => project.remove());

describe("dependencies in machine code", () => {
  it.each([
    ["gypfile", { "package.json": manifest("native", { gypfile: true }) }],
    ["binary", { "package.json": manifest("native", { binary: { napi_versions: [8] } }) }],
    ["a loader", { "package.json": manifest("native", { dependencies: { bindings: "1" } }) }],
    [
      "packages of platforms",
      { "package.json": manifest("native", { optionalDependencies: { "@img/sharp-linux-x64": "1" } }) },
    ],
    ["binding.gyp", { "package.json": manifest("native"), "binding.gyp": "{}" }],
    ["prebuilds", { "package.json": manifest("native"), "prebuilds/linux-x64/node.napi.node": "" }],
  ])("are refused by name: %s", async (_, files) => {
    const named = Object.entries(files).map(([path, text]) => [`node_modules/native/${path}`, text]);
    project = createProject({ ...CODE, ...Object.fromEntries(named) });
    const failure = project.bundle(ENTRY);
    await expect(failure).rejects.toMatchObject({ code: "CONFIG_INVALID" });
    await expect(failure).rejects.toThrow(
      /native@1\.0\.0 is machine code for one system[\s\S]*JavaScript or WebAssembly/,
    );
  });

  it("are refused as files, with the line that loads them", async () => {
    project = createProject({
      "src/predict.ts": 'import { createRequire } from "node:module";\nimport "./addon.node";\nvoid createRequire;',
      "src/addon.node": "",
    });
    await expect(project.bundle('import "./src/predict.ts";')).rejects.toThrow(
      /addon\.node is machine code[\s\S]*src\/predict\.ts:2:/,
    );
  });

  it("are left out where their importer does without", async () => {
    project = createProject({
      ...CODE,
      "node_modules/native/package.json": manifest("native", { gypfile: true }),
      "node_modules/able/package.json": manifest("able", { optionalDependencies: { native: "1" } }),
      "node_modules/able/index.js": 'try { module.exports = require("native"); } catch { module.exports = "slower"; }',
    });
    const { folder } = await project.bundle('export { default } from "able";');
    // It is not there in the cloud.
    rmSync(join(project.folder, "node_modules"), { recursive: true });
    expect(await runModule(folder, 'console.log(JSON.stringify((await import("./index.mjs")).default))')).toBe(
      "slower",
    );
  });
});
