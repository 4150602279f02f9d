import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** A folder of its own for one test. */
export interface Workspace {
  readonly folder: string;
  /** Writes a file in place, making its folders. */
  write(name: string, content: string | Uint8Array): string;
  /** Writes a file as most editors do: beside the old one, then renamed over it. */
  replace(name: string, content: string | Uint8Array): void;
  remove(): void;
}

export function createWorkspace(): Workspace {
  const folder = mkdtempSync(join(tmpdir(), "virga-test-"));
  const write = (name: string, content: string | Uint8Array): string => {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
    return path;
  };
  return {
    folder,
    write,
    replace(name, content) {
      renameSync(write(`${name}.new`, content), join(folder, name));
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
