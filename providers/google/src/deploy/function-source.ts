import { stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { ArtefactLimits, BundledFunction } from "@virga/deploy";
import { functionName } from "./function-names.ts";

/** Of a function's source. Source: Cloud Run functions quotas; told for the first generation only. */
export const FUNCTION_ARTEFACT_LIMITS: ArtefactLimits = {
  platform: "a Cloud Run function",
  unzippedBytes: 500_000_000,
};

/** Without dependencies nothing is installed, without scripts nothing is run, and no lock file asks for a package manager. */
const MANIFEST = { private: true, type: "module", main: "index.mjs" };

/** An own one, or gcloud writes one into the folder. */
const IGNORED = "# Everything here is part of the function.\n";

/**
 * Makes a bundle a source folder as `gcloud functions deploy --source` and Google's buildpacks take it.
 *
 * Source: Google Cloud buildpacks, "Node.js".
 */
export async function toFunctionSource(
  bundled: BundledFunction,
  plan: Parameters<typeof functionName>[0],
): Promise<BundledFunction> {
  const texts = {
    "package.json": `${JSON.stringify({ name: functionName(plan), ...MANIFEST }, undefined, 2)}\n`,
    ".gcloudignore": IGNORED,
  };
  const added = [];
  for (const [name, text] of Object.entries(texts)) {
    const path = join(bundled.folder, name);
    await writeFile(path, text);
    added.push({ name, sizeBytes: (await stat(path)).size });
  }
  return { ...bundled, files: [...bundled.files, ...added] };
}
