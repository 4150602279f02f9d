import type { Plugin } from "esbuild";
export const nativeDependencies: Plugin = { name: "native-dependencies", setup: () => undefined };
