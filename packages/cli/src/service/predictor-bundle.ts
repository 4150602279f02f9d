import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { dirname, relative, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { explainBuildFailure } from "@virga/deploy";
import type { Plugin } from "esbuild";

/** A predictor and what it imports of its own project, as one module. */
export interface PredictorBundle {
  readonly code: string;
  /** Changes whenever the code does. */
  readonly hash: string;
  /** Every file that went into it, absolute. */
  readonly files: readonly string[];
}

/** Stands in the bundle for `import.meta` of the file that a line came from. */
const SOURCE_MODULE = "virgaSourceModule";

/**
 * Bundles a predictor in TypeScript or JavaScript; packages stay imports.
 *
 * @throws InferenceError `CONFIG_INVALID` with the compiler's messages.
 */
export async function bundlePredictor(path: string): Promise<PredictorBundle> {
  const folder = process.cwd();
  // Most services have none.
  const { build } = await import("esbuild");
  try {
    const result = await build({
      entryPoints: [path],
      absWorkingDir: folder,
      bundle: true,
      write: false,
      metafile: true,
      packages: "external",
      platform: "node",
      format: "esm",
      target: "node22",
      sourcemap: "inline",
      sourcesContent: false,
      logLevel: "silent",
      define: {
        "import.meta.url": `${SOURCE_MODULE}.url`,
        "import.meta.dirname": `${SOURCE_MODULE}.dirname`,
        "import.meta.filename": `${SOURCE_MODULE}.filename`,
      },
      plugins: [ownCore, sourceModule],
    });
    const code = result.outputFiles.map((file) => file.text).join("");
    return {
      code,
      hash: createHash("sha256").update(code).digest("hex").slice(0, 16),
      files: Object.keys(result.metafile.inputs).map((file) => resolve(folder, file)),
    };
  } catch (error) {
    throw await explainBuildFailure(error, `The predictor ${relative(folder, path)} does not compile`);
  }
}

/** A predictor shares this program's core, even where its own project has none installed. */
const ownCore: Plugin = {
  name: "own-core",
  setup: ({ onResolve }) => {
    onResolve({ filter: /^@virga\/core$/ }, ({ path }) => ({ path: import.meta.resolve(path), external: true }));
  },
};

/** Files beside the source stay reachable: in the bundle, `import.meta` would speak of the bundle. */
const sourceModule: Plugin = {
  name: "source-module",
  setup: ({ onLoad }) => {
    onLoad({ filter: /\.[cm]?[jt]s$/, namespace: "file" }, async ({ path }) => {
      const source = await readFile(path, "utf8");
      if (!/import\.meta\.(url|dirname|filename)/.test(source)) return undefined;
      const module = { url: pathToFileURL(path).href, dirname: dirname(path), filename: path };
      // On the first line, so that the lines of stack traces stay right.
      const contents = `const ${SOURCE_MODULE} = ${JSON.stringify(module)}; ${source}`;
      return { contents, loader: path.endsWith("ts") ? "ts" : "js" };
    });
  },
};
