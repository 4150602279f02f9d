import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

/** Below the package, so that the runtime, which stays a package of its own, is found from there. */
const TARGET = fileURLToPath(new URL("../../node_modules/.cache/subjects/", import.meta.url));
const SUBJECTS = new URL("./subjects/", import.meta.url);

/** Bundles subjects as a function is bundled for deployment, all in the same way. Returns their paths by name. */
export async function bundleSubjects<Name extends string>(
  names: readonly Name[],
  folder: URL = SUBJECTS,
): Promise<Record<Name, string>> {
  await build({
    entryPoints: names.map((name) => fileURLToPath(new URL(`${name}.ts`, folder))),
    outdir: TARGET,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    splitting: true,
    minify: true,
    platform: "node",
    format: "esm",
    target: "node22",
    mainFields: ["module", "main"],
    conditions: ["virga:source"],
    external: ["onnxruntime-node"],
    // Some packages of the SDK are CommonJS and ask for Node's own modules in its way.
    banner: { js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);' },
    logLevel: "error",
  });
  return Object.fromEntries(names.map((name) => [name, join(TARGET, `${name}.mjs`)])) as Record<Name, string>;
}
