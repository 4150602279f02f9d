import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { availableCpus } from "../../src/cpu/cpu-quota.ts";
import { createOnnxEngine } from "../../src/session/onnx-engine.ts";
import {
  chooseThreads,
  toNativeOptions,
  toPackedWriterOptions,
  toWriterOptions,
} from "../../src/session/session-options.ts";

describe("options of the runtime", () => {
  it("uses the threads it is given, else as many as it has whole CPUs, from one to eight", () => {
    expect(chooseThreads({ threads: 32 })).toBe(32);
    expect(chooseThreads({})).toBe(Math.min(Math.max(Math.floor(availableCpus()), 1), 8));
  });

  it.each([0, -1, 1.5, Number.NaN])("refuses %d threads", (threads) => {
    expect(() => createOnnxEngine({ threads })).toThrow(expect.objectContaining({ code: "CONFIG_INVALID" }));
  });

  it("neither optimises nor packs what is to be mapped, and does both where nothing is said", () => {
    const mode = { optimize: false, prepack: false };
    expect(toNativeOptions({ kind: "file", path: "m.onnx", mode }, 1)).toMatchObject({
      graphOptimizationLevel: "disabled",
      extra: { "session.disable_prepacking": "1" },
    });
    expect(toNativeOptions({ kind: "file", path: "m.onnx" }, 1)).not.toHaveProperty("graphOptimizationLevel");
  });

  it("has only keys that the runtime's library knows, which would take others without a word", () => {
    const writer = toWriterOptions({ graphPath: "m.onnx", dataName: "m.bin", level: "all", int8Products: "kept" });
    const mapped = { kind: "file", path: "m.onnx", mode: { optimize: false, prepack: false } } as const;
    const packer = toPackedWriterOptions({ graphPath: "m.onnx", dataName: "m.bin" });
    const keys = [
      ...Object.keys({ ...writer.extra, ...packer.extra, ...toNativeOptions(mapped, 1).extra }),
      ...Object.keys(toNativeOptions({ kind: "bytes", bytes: new Uint8Array() }, 1).extra ?? {}),
    ];
    expect(keys).toHaveLength(8);
    const library = readLibrary();
    expect(keys.filter((key) => !library.includes(`\0${key}\0`))).toEqual([]);
  });
});

function readLibrary(): Buffer {
  const folder = dirname(createRequire(import.meta.url).resolve("onnxruntime-node/package.json"));
  const names: Partial<Record<NodeJS.Platform, string>> = {
    darwin: "libonnxruntime.1.30.0.dylib",
    win32: "onnxruntime.dll",
  };
  const name = names[process.platform] ?? "libonnxruntime.so.1";
  return readFileSync(join(folder, "bin/napi-v6", process.platform, process.arch, name));
}
