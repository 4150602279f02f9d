import type { OnResolveResult, PluginBuild, ResolveOptions } from "esbuild";

/** Marks a question of a plugin, which plugins leave to the bundler. */
export const ASKED: unique symbol = Symbol("asked");

/** Where an import leads, as the bundler itself finds it. */
export async function askBundler(
  bundling: PluginBuild,
  path: string,
  options: ResolveOptions,
): Promise<OnResolveResult & { readonly path: string }> {
  const { pluginData: _, ...found } = await bundling.resolve(path, { ...options, pluginData: ASKED });
  return found;
}
