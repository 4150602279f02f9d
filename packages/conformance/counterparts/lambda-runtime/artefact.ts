import { createReadStream, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { toLambdaEntry } from "@virga/aws/deploy";
import { bundleFunction, type ServicePlan, zipFunction } from "@virga/deploy";
import { Uint8ArrayWriter, ZipReader } from "@zip.js/zip.js";

export const MODEL = "multiples";

/** What is deployed for a service with one model and a predictor, zipped and unpacked again into an empty folder. */
export async function unpackArtefact(scratch: string): Promise<string> {
  const plan: ServicePlan = {
    service: "counterpart",
    stage: "dev",
    folder: scratch,
    models: [{ name: MODEL, origin: { kind: "registry", registryName: MODEL, reference: "production" } }],
    predictorPath: fileURLToPath(new URL("hanging-predictor.ts", import.meta.url)),
    memoryMb: 1024,
    timeoutSeconds: 30,
    access: "private",
    aws: {},
    google: {},
  };
  const architecture = process.arch === "arm64" ? "arm64" : "x64";
  const outputFolder = join(scratch, "bundle");
  const bundled = await bundleFunction({ entry: toLambdaEntry(plan), architecture, outputFolder });
  const zip = join(scratch, "function.zip");
  await zipFunction(bundled, zip);
  const folder = join(scratch, "task");
  await unzip(zip, folder);
  return folder;
}

async function unzip(zip: string, folder: string): Promise<void> {
  mkdirSync(folder);
  const reader = new ZipReader(Readable.toWeb(createReadStream(zip)));
  for (const entry of await reader.getEntries()) {
    if (entry.directory) throw new Error(`The artefact has a folder ${entry.filename}.`);
    writeFileSync(join(folder, entry.filename), await entry.getData(new Uint8ArrayWriter()));
  }
  await reader.close();
}
