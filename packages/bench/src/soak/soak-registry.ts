import { rm } from "node:fs/promises";
import { join } from "node:path";
import { createFileStore, prepareModel, Registry } from "@virga/core/weights";
import { modelPath } from "./soak-cases.ts";
import { SOAK_MODELS } from "./soak-models.ts";

/** The alias that is swapped. */
export const ALIAS = "production";
export const AUTHOR = { by: "soak" } as const;

export function openRegistry(folder: string): Registry {
  return new Registry(createFileStore(join(folder, "registry")));
}

export function cacheFolder(folder: string): string {
  return join(folder, "cache");
}

/** Where the service makes its temporary files, so that those of others are not taken for its own. */
export function temporaryFolder(folder: string): string {
  return join(folder, "tmp");
}

/** Publishes both versions of every model; version 1 is in service. */
export async function fillRegistry(folder: string): Promise<Registry> {
  const registry = openRegistry(folder);
  for (const { name, versions } of SOAK_MODELS) {
    for (const index of versions.keys()) {
      const prepared = join(folder, "prepared");
      const manifest = await prepareModel(modelPath(folder, name, index + 1), prepared);
      await registry.publish(name, prepared, manifest, AUTHOR);
      await rm(prepared, { recursive: true });
    }
    await registry.promote(name, 1, ALIAS, AUTHOR);
  }
  return registry;
}
