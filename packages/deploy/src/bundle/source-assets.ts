import { readFile } from "node:fs/promises";
import { dirname, extname, relative, sep } from "node:path";
import { type Loader, type Location, type OnLoadResult, type Plugin, transform } from "esbuild";
import { findNamedFiles } from "./named-files.ts";
import { ASSETS_FOLDER } from "./output-folder.ts";
import { isInstalled, packageOf } from "./source-package.ts";

/** Stands in a bundled source for its own place, which is one in the artefact. */
const MODULE = "virgaModule";
const PLACE = /import\.meta\.(?:url|dirname|filename|resolve)|__dirname|__filename/;
/** What must stay first: a line for the shell, a directive. */
const BEGINNING = /^(#!.*\n)?(\s*(["'])use strict\3;?)?/;

/** What a source calls its own place, wherever it is code and not text. */
export const PLACE_NAMES: Readonly<Record<string, string>> = {
  "import.meta.url": `${MODULE}.url`,
  "import.meta.dirname": `${MODULE}.dirname`,
  "import.meta.filename": `${MODULE}.filename`,
  __dirname: `${MODULE}.dirname`,
  __filename: `${MODULE}.filename`,
};

/**
 * Lets sources find the files beside them: those that a source names in its text are copied into the artefact, in their
 * place within their package, and the source is told that it lies there too.
 *
 * @param assets takes each file's path by its name in the artefact.
 */
export function sourceAssets(assets: Map<string, string>): Plugin {
  return {
    name: "source-assets",
    setup({ onLoad }) {
      onLoad({ filter: /\.[cm]?[jt]sx?$/, namespace: "file" }, async ({ path }) => {
        const source = await readFile(path, "utf8");
        if (!PLACE.test(source)) return undefined;
        const code = await toPlainCode(source, path);
        if (!code.includes(`${MODULE}.`) && !code.includes("import.meta.resolve")) return undefined;
        const files = findNamedFiles(code, path);
        const problem = findProblem(path, files, assets);
        if (problem !== undefined) return { errors: [{ text: problem, location: locate(source, path) }] };
        for (const file of files) assets.set(toAssetName(file, path), file);
        return placeSource(source, path, toAssetName(path, path));
      });
    },
  };
}

/** Without comments, strings written in one way; nothing where it cannot be read, as the bundler will complain of that. */
async function toPlainCode(source: string, path: string): Promise<string> {
  const settings = { loader: loaderOf(path), define: PLACE_NAMES, logLevel: "silent" } as const;
  return transform(source, settings).then(
    ({ code }) => code,
    () => "",
  );
}

/** A source that takes a file of the artefact for its own place. */
export function placeSource(source: string, path: string, name: string): OnLoadResult {
  const [beginning = ""] = BEGINNING.exec(source) ?? [];
  const declaration = `const ${MODULE} = virgaModuleAt(${JSON.stringify(name)});`;
  return { contents: `${beginning} ${declaration} ${source.slice(beginning.length)}`, loader: loaderOf(path) };
}

/** The name in the artefact of a file that belongs to a source. */
function toAssetName(file: string, source: string): string {
  const owner = packageOf(source);
  const place = relative(owner?.folder ?? dirname(source), file).replaceAll(sep, "/");
  return `${ASSETS_FOLDER}/${owner?.manifest.name ?? "source"}/${place}`;
}

/** What keeps a source from finding its files; nothing where it will find them. */
function findProblem(path: string, files: readonly string[], assets: ReadonlyMap<string, string>): string | undefined {
  if (files.length === 0 && !isInstalled(path)) {
    return (
      "This looks for files beside the source, and the function has only those whose names are written out: " +
      'write the path as one string, such as new URL("./labels.txt", import.meta.url), of a file that exists and is no code.'
    );
  }
  for (const file of files) {
    const name = toAssetName(file, path);
    const other = assets.get(name) ?? file;
    if (name.includes("/../")) return `${file} lies outside of the package of this source: move it into the package.`;
    if (other !== file) return `${file} and ${other} would be the same file of the function: rename one.`;
  }
  return undefined;
}

/** The first line that is no comment and speaks of the source's place. */
function locate(source: string, file: string): Partial<Location> {
  const lines = source.split("\n");
  const index = lines.findIndex((line) => PLACE.test(line) && !/^\s*(\/\/|\/?\*)/.test(line));
  const lineText = lines[index] ?? "";
  const { index: column = 0, 0: { length } = "" } = PLACE.exec(lineText) ?? {};
  return { file, line: index + 1, column, length, lineText };
}

function loaderOf(path: string): Loader {
  const extension = extname(path);
  if (extension.endsWith("x")) return extension === ".tsx" ? "tsx" : "jsx";
  return extension.endsWith("ts") ? "ts" : "js";
}
