import { fileURLToPath } from "node:url";
import { build } from "esbuild";

/** Bundles a program that a test starts often: from its sources each start would take a second. */
export async function bundleProgram(entry: URL, outfile: string): Promise<void> {
  await build({
    entryPoints: [fileURLToPath(entry)],
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    conditions: ["virga:source"],
    external: ["onnxruntime-node"],
  });
}
