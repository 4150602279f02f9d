import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createFileStore, prepareModel, Registry } from "@virga/core/weights";

const AUTHOR = { by: "test" };

/** Publishes a model to a registry in a folder and promotes it to `production`. @returns its version. */
export async function publishModel(folder: string, name: string, model: Uint8Array): Promise<number> {
  const scratch = mkdtempSync(join(tmpdir(), "virga-publish-"));
  try {
    const path = join(scratch, "model.onnx");
    writeFileSync(path, model);
    const prepared = join(scratch, "prepared");
    const manifest = await prepareModel(path, prepared, {});
    const registry = new Registry(createFileStore(folder));
    const { version } = await registry.publish(name, prepared, manifest, AUTHOR);
    await registry.promote(name, version, "production", AUTHOR);
    return version;
  } finally {
    rmSync(scratch, { recursive: true });
  }
}
