import { existsSync } from "node:fs";
import { isBuiltin } from "node:module";
import { join } from "node:path";
import type { OnResolveArgs, OnResolveResult, Plugin } from "esbuild";
import { ASKED, askBundler } from "./ask-bundler.ts";
import { packageOf, type SourcePackage } from "./source-package.ts";

/** What loads or installs an addon in machine code. */
const LOADERS = [
  "bindings",
  "node-gyp-build",
  "node-gyp-build-optional-packages",
  "@mapbox/node-pre-gyp",
  "prebuild-install",
];
/** Of packages that hold an addon for one system, such as `@img/sharp-linux-x64`. */
const PLATFORM = /[-_/](linux|darwin|win32)[-_](x64|arm64|arm|ia32|x86_64|aarch64)/;

/** Refuses packages in machine code: they are built for the deployer's machine, and no bundle can hold them. */
export const nativeDependencies: Plugin = {
  name: "native-dependencies",
  setup(bundling) {
    const refused = new Set<string>();
    bundling.onResolve({ filter: /^[^./]/, namespace: "file" }, async (asked) => {
      const { path, kind, importer, resolveDir, pluginData } = asked;
      if (pluginData === ASKED || isBuiltin(path)) return undefined;
      const found = await askBundler(bundling, path, { kind, importer, resolveDir, namespace: "file" });
      const owner = found.path === "" ? undefined : packageOf(found.path);
      if (owner === undefined || !isNative(owner) || owner.folder === packageOf(importer)?.folder) return undefined;
      if (canDoWithout(asked, owner.manifest.name)) return { path, external: true };
      if (refused.has(owner.folder)) return { path, external: true };
      refused.add(owner.folder);
      const { name, version } = owner.manifest;
      return refuse(version === undefined ? name : `${name}@${version}`);
    });
    bundling.onResolve({ filter: /\.node$/ }, ({ path }) => refuse(path));
  },
};

function isNative({ folder, manifest }: SourcePackage): boolean {
  const { gypfile, binary, dependencies = {}, optionalDependencies = {} } = manifest;
  return (
    gypfile === true ||
    binary !== undefined ||
    LOADERS.some((loader) => loader in dependencies) ||
    Object.keys(optionalDependencies).some((name) => PLATFORM.test(name)) ||
    existsSync(join(folder, "binding.gyp")) ||
    existsSync(join(folder, "prebuilds"))
  );
}

/** Whether the importer asks in a way that may fail, and says so in its manifest. */
function canDoWithout({ kind, importer }: OnResolveArgs, name: string): boolean {
  const manifest = packageOf(importer)?.manifest;
  const isOptional =
    manifest?.optionalDependencies?.[name] !== undefined || manifest?.peerDependenciesMeta?.[name]?.optional === true;
  return isOptional && (kind === "require-call" || kind === "dynamic-import");
}

function refuse(name: string): OnResolveResult {
  const text =
    `${name} is machine code for one system, which a bundle cannot hold. ` +
    "Use a package in JavaScript or WebAssembly instead, or leave that step to the callers.";
  return { errors: [{ text }] };
}
