import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import { InferenceError } from "@virga/core";
import type { Plugin } from "esbuild";
import { readNeededGlibc } from "./elf-file.ts";

/** Machines that functions run on. */
export type Architecture = "x64" | "arm64";

const BINDING = "onnxruntime_binding.node";
/** By name: an installation with support for GPUs has more, of hundreds of megabytes. */
export const NATIVE_FILES: readonly string[] = [BINDING, "libonnxruntime.so.1"];
const BINDING_CALL = /require\(`[^`]*onnxruntime_binding\.node`\)/;

/** Absolute paths of the files in machine code that the runtime of our core needs. */
export function nativeFiles(architecture: Architecture): string[] {
  const core = createRequire(import.meta.url).resolve("@virga/core");
  const runtime = dirname(createRequire(core).resolve("onnxruntime-node/package.json"));
  return NATIVE_FILES.map((name) => join(runtime, "bin", "napi-v6", "linux", architecture, name));
}

/** The newest glibc that each file in machine code asks for, such as `2.28`, by the file's name. */
export async function readRuntimeGlibc(architecture: Architecture): Promise<Record<string, string>> {
  const needs = nativeFiles(architecture).map(async (path) => [basename(path), await readNeededGlibc(path)] as const);
  const known = (await Promise.all(needs)).flatMap(([name, version]) =>
    version === undefined ? [] : [[name, version]],
  );
  return Object.fromEntries(known) as Record<string, string>;
}

/** The runtime loads its binding from the bundle's own folder. */
export const bindingBesideBundle: Plugin = {
  name: "binding-beside-bundle",
  setup({ onLoad, onResolve }) {
    onLoad({ filter: /[\\/]onnxruntime-node[\\/]dist[\\/]binding\.js$/ }, async ({ path }) => {
      return { contents: loadBeside(await readFile(path, "utf8"), path), loader: "js" };
    });
    onResolve({ filter: /^\.\/onnxruntime_binding\.node$/ }, ({ path }) => ({ path, external: true }));
  },
};

/** @throws InferenceError `CONFIG_INVALID` when the runtime does not load its binding in the way that is known. */
export function loadBeside(source: string, path: string): string {
  if (!BINDING_CALL.test(source)) {
    throw new InferenceError(
      "CONFIG_INVALID",
      `${path} does not load ${BINDING} in the way of onnxruntime-node 1.30: install the version that @virga/core asks for.`,
    );
  }
  return source.replace(BINDING_CALL, `require("./${BINDING}")`);
}
