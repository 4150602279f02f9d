import { statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { isInstalled } from "./source-package.ts";

/** What imports name is bundled anyway. */
const IMPORTED = /\b(?:require|import)\(\s*$|\b(?:from|import)\s*$/;
/** A string as esbuild writes it, or a template with a place in front. */
const LITERAL = /"((?:[^"\\\n]|\\.)*)"|'((?:[^'\\\n]|\\.)*)'|`(?:\$\{[^`{}]*\})?([^`\\$]*)`/g;
const FILE_NAME = /^[^\n:*?<>|]{0,200}\.[A-Za-z0-9]{1,12}$/;
const CODE = /\.([cm]?[jt]sx?|node|map)$/;
/** Models come from a registry, never with the code of a package. */
const MODEL = /\.(onnx|ort)$/;

/** Absolute paths of the files beside a source that its text names. @param code of the source, without comments. */
export function findNamedFiles(code: string, source: string): string[] {
  const files = new Set<string>();
  for (const match of code.matchAll(LITERAL)) {
    const name = match[1] ?? match[2] ?? match[3] ?? "";
    if (!FILE_NAME.test(name) || CODE.test(name) || (MODEL.test(name) && isInstalled(source))) continue;
    if (IMPORTED.test(code.slice(Math.max(0, match.index - 20), match.index))) continue;
    // What is joined to a folder may begin with a slash.
    const file = resolve(dirname(source), name.replace(/^\/+/, ""));
    if (statSync(file, { throwIfNoEntry: false })?.isFile()) files.add(file);
  }
  return [...files];
}
