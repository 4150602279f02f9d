import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** What is read of a `package.json`. */
export interface PackageManifest {
  readonly name: string;
  readonly version?: string;
  readonly gypfile?: boolean;
  readonly binary?: unknown;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
}

/** The package that a source file belongs to. */
export interface SourcePackage {
  /** Absolute. */
  readonly folder: string;
  readonly manifest: PackageManifest;
}

/** The innermost package with a name around a file. */
export function packageOf(file: string): SourcePackage | undefined {
  for (let folder = dirname(file); folder !== dirname(folder); folder = dirname(folder)) {
    const path = join(folder, "package.json");
    if (!existsSync(path)) continue;
    const manifest = JSON.parse(readFileSync(path, "utf8")) as PackageManifest;
    if (typeof manifest.name === "string") return { folder, manifest };
  }
  return undefined;
}

/** Whether a file was installed, and not written by whoever deploys it; the core is, wherever it lies. */
export function isInstalled(file: string): boolean {
  return /[\\/]node_modules[\\/]/.test(file) || packageOf(file)?.manifest.name === "@virga/core";
}
