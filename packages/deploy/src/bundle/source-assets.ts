import type { Plugin } from "esbuild";
export const sourceAssets: Plugin = { name: "source-assets", setup: () => undefined };
