import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { toLambdaEntry } from "@virga/aws/deploy";
import { artefactSize, bundleFunction, zipFunction } from "@virga/deploy";
import { ARCHITECTURE, toBenchmarkPlan } from "../packaged/benchmark-plan.ts";
import { BUCKET, ORIGINAL_KEY } from "../weights/store-flags.ts";
import type { StoredModel } from "../weights/stored-model.ts";

const HERE = fileURLToPath(new URL(".", import.meta.url));

/** A function as it is uploaded, and as Lambda unpacks it. */
export interface PackagedFunction {
  /** File URL of its module. */
  readonly functionUrl: string;
  readonly unzippedBytes: number;
  readonly bundleBytes: number;
  readonly zipBytes: number;
}

/** Packages our function and the one that is written by hand, both in the same way, below a folder. */
export async function packageFunctions(
  model: StoredModel,
  folder: string,
): Promise<Readonly<Record<"naive" | "ours", PackagedFunction>>> {
  const handler = join(HERE, "naive-handler.ts");
  const naive = {
    contents:
      `import { createNaiveHandler } from ${JSON.stringify(handler)};` +
      `export const handler = await createNaiveHandler(${JSON.stringify(BUCKET)}, ${JSON.stringify(ORIGINAL_KEY)});`,
    resolveFolder: HERE,
  };
  return {
    naive: await packageFunction(naive, join(folder, "naive")),
    ours: await packageFunction(toLambdaEntry(toBenchmarkPlan(model, folder)), join(folder, "ours")),
  };
}

type Entry = Parameters<typeof bundleFunction>[0]["entry"];

async function packageFunction(entry: Entry, outputFolder: string): Promise<PackagedFunction> {
  const bundled = await bundleFunction({ entry, architecture: ARCHITECTURE, outputFolder });
  const { sizeBytes } = await zipFunction(bundled, `${outputFolder}.zip`);
  return {
    functionUrl: pathToFileURL(join(outputFolder, "index.mjs")).href,
    unzippedBytes: artefactSize(bundled),
    bundleBytes: bundled.files.find(({ name }) => name === "index.mjs")?.sizeBytes ?? Number.NaN,
    zipBytes: sizeBytes,
  };
}
