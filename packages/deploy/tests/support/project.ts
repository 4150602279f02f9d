import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type BundledFunction, bundleFunction } from "../../src/index.ts";

/** A project in a folder of its own. */
export interface Project {
  readonly folder: string;
  /** Bundles a module of it, which is given as text, into `built`. */
  bundle(contents: string): Promise<BundledFunction>;
  remove(): void;
}

/** Writes files by their paths; each folder below `node_modules` whose package is not described gets a bare one. */
export function createProject(files: Readonly<Record<string, string>>): Project {
  const folder = mkdtempSync(join(tmpdir(), "virga-bundle-"));
  const complete = { "package.json": '{"name":"project","type":"module"}', ...files };
  for (const [path, contents] of Object.entries(complete)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), contents);
  }
  return {
    folder,
    bundle: (contents) =>
      bundleFunction({
        entry: { contents, resolveFolder: folder },
        architecture: "x64",
        outputFolder: join(folder, "built"),
      }),
    remove: () => rmSync(folder, { recursive: true }),
  };
}

/** The manifest of a package as JSON. */
export function manifest(name: string, fields: object = {}): string {
  return JSON.stringify({ name, version: "1.0.0", main: "index.js", ...fields });
}
