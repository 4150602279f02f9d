import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, type Plugin } from "esbuild";

const TARGET = fileURLToPath(new URL("../../node_modules/.cache/subjects/", import.meta.url));
const SUBJECTS = new URL("./subjects/", import.meta.url);

/** Bundles subjects as functions are: one module each, the runtime in it. Returns their paths by name. */
export async function bundleSubjects<Name extends string>(
  names: readonly Name[],
  folder: URL = SUBJECTS,
): Promise<Record<Name, string>> {
  await build({
    entryPoints: names.map((name) => fileURLToPath(new URL(`${name}.ts`, folder))),
    outdir: TARGET,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    minify: true,
    platform: "node",
    format: "esm",
    target: "node22",
    mainFields: ["module", "main"],
    conditions: ["virga:source"],
    plugins: [bindingInPlace],
    // Some packages of the SDK are CommonJS and ask for Node's own modules in its way.
    banner: { js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);' },
    logLevel: "error",
  });
  return Object.fromEntries(names.map((name) => [name, join(TARGET, `${name}.mjs`)])) as Record<Name, string>;
}

/** The runtime's own binding, from where it is installed. */
const bindingInPlace: Plugin = {
  name: "binding-in-place",
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]onnxruntime-node[\\/]dist[\\/]binding\.js$/ }, async ({ path }) => {
      const source = await readFile(path, "utf8");
      const contents = source.replace("require(`..", `require(\`${dirname(dirname(path)).replaceAll("\\", "/")}`);
      if (contents === source) throw new Error(`${path} loads its binding in another way than is known`);
      return { contents, loader: "js" };
    });
  },
};
