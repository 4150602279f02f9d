import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { bundleFunction } from "@virga/deploy";
import { toFunctionEntry, toFunctionSource } from "@virga/google/deploy";
import { ARCHITECTURE, toBenchmarkPlan } from "../packaged/benchmark-plan.ts";
import { BUCKET, ORIGINAL_KEY } from "../weights/store-flags.ts";
import type { StoredModel } from "../weights/stored-model.ts";

const HERE = fileURLToPath(new URL(".", import.meta.url));

/** Folders of two functions, as `gcloud functions deploy --source` takes them. */
export type FunctionSources = Readonly<Record<"naive" | "ours", string>>;

/** Builds our function and the one that is written by hand, both in the same way, below a folder. */
export async function writeFunctionSources(model: StoredModel, folder: string): Promise<FunctionSources> {
  const plan = toBenchmarkPlan(model, folder);
  const handler = join(HERE, "naive-handler.ts");
  const entries = {
    naive: {
      contents:
        `import { createNaiveHandler } from ${JSON.stringify(handler)};` +
        `export const predict = await createNaiveHandler(${JSON.stringify(BUCKET)}, ${JSON.stringify(ORIGINAL_KEY)});`,
      resolveFolder: HERE,
    },
    ours: toFunctionEntry(plan),
  };
  const folders = { naive: join(folder, "naive"), ours: join(folder, "ours") };
  for (const name of ["naive", "ours"] as const) {
    const bundled = await bundleFunction({
      entry: entries[name],
      architecture: ARCHITECTURE,
      outputFolder: folders[name],
    });
    await toFunctionSource(bundled, plan);
  }
  return folders;
}
