import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import type { Plugin } from "esbuild";
import { ASKED, askBundler } from "./ask-bundler.ts";

const HERE = dirname(fileURLToPath(import.meta.url));

/** One copy of the core and its runtime for everyone: a predictor's project may have others, or none. */
export const oneCore: Plugin = {
  name: "one-core",
  setup(bundling) {
    bundling.onResolve({ filter: /^@virga\/core(\/|$)/ }, ({ path, kind, pluginData }) =>
      pluginData === ASKED ? undefined : askBundler(bundling, path, { kind, resolveDir: HERE }),
    );
    bundling.onResolve({ filter: /^onnxruntime-node$/ }, async ({ path, kind, pluginData }) => {
      if (pluginData === ASKED) return undefined;
      const core = await askBundler(bundling, "@virga/core", { kind: "import-statement", resolveDir: HERE });
      return askBundler(bundling, path, { kind, resolveDir: dirname(core.path) });
    });
  },
};
