import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { checkMachine, readNeededGlibc } from "../../src/bundle/elf-file.ts";
import { loadBeside, nativeFiles } from "../../src/bundle/runtime-files.ts";
import { readRuntimeGlibc } from "../../src/index.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "virga-elf-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe("the runtime's native files", () => {
  it.each(["x64", "arm64"] as const)("are for %s and need no newer glibc than Lambda's", async (architecture) => {
    for (const path of nativeFiles(architecture)) await checkMachine(path, architecture);
    const versions = await readRuntimeGlibc(architecture);
    expect(Object.keys(versions).sort()).toEqual(["libonnxruntime.so.1", "onnxruntime_binding.node"]);
    expect(versions["libonnxruntime.so.1"]).toBe("2.28");
  });

  it("are refused for another machine, and where they are no libraries", async () => {
    const [binding = ""] = nativeFiles("arm64");
    await expect(checkMachine(binding, "x64")).rejects.toThrow(/is no library for Linux on x64: install it again/);
    const path = join(folder, "cut.node");
    writeFileSync(path, readFileSync(binding).subarray(0, 3));
    await expect(checkMachine(path, "arm64")).rejects.toMatchObject({ code: "CONFIG_INVALID" });
    await expect(checkMachine(join(folder, "none.node"), "arm64")).rejects.toThrow(/none\.node is no library/);
  });

  it("tell the version of glibc that they name", async () => {
    const [binding = ""] = nativeFiles("x64");
    const bytes = readFileSync(binding);
    const at = bytes.indexOf("GLIBC_2.14\0");
    expect(at).toBeGreaterThan(0);
    bytes.write("GLIBC_2.99", at, "latin1");
    const path = join(folder, "newer.node");
    writeFileSync(path, bytes);
    expect(await readNeededGlibc(path)).toBe("2.99");
  });
});

describe("onnxruntime-node's own loading of its binding", () => {
  it("is replaced by the file beside the bundle", () => {
    const source =
      "exports.binding = require(`../bin/napi-v6/${process.platform}/${process.arch}/onnxruntime_binding.node`);";
    expect(loadBeside(source, "binding.js")).toBe('exports.binding = require("./onnxruntime_binding.node");');
  });

  it("is refused in a shape that is not known", () => {
    const source = 'exports.binding = load("onnxruntime_binding.node");';
    expect(() => loadBeside(source, "/x/binding.js")).toThrow(
      /\/x\/binding\.js does not load onnxruntime_binding\.node in the way/,
    );
  });
});
