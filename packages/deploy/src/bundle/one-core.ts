import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import type { OnResolveResult, Plugin, PluginBuild, ResolveOptions } from "esbuild";

const HERE = dirname(fileURLToPath(import.meta.url));
/** Marks a question that was asked here, so that it is not asked again. */
const ASKED = Symbol("asked");

/** One copy of the core and its runtime for everyone: a predictor's project may have others, or none. */
export const oneCore: Plugin = {
  name: "one-core",
  setup(bundling) {
    bundling.onResolve({ filter: /^@virga\/core(\/|$)/ }, ({ path, kind, pluginData }) =>
      pluginData === ASKED ? undefined : ask(bundling, path, { kind, resolveDir: HERE }),
    );
    bundling.onResolve({ filter: /^onnxruntime-node$/ }, async ({ path, kind, pluginData }) => {
      if (pluginData === ASKED) return undefined;
      const core = await ask(bundling, "@virga/core", { kind: "import-statement", resolveDir: HERE });
      return ask(bundling, path, { kind, resolveDir: dirname(core.path ?? HERE) });
    });
  },
};

async function ask(bundling: PluginBuild, path: string, options: ResolveOptions): Promise<OnResolveResult> {
  const { pluginData: _, ...found } = await bundling.resolve(path, { ...options, pluginData: ASKED });
  return found;
}
