import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { InferenceError } from "@virga/core";
import type { ModelOrigin } from "../service-plan.ts";

const REFERENCE = /^(?:(.+)\/)?([A-Za-z0-9][A-Za-z0-9._-]*)@([A-Za-z0-9][A-Za-z0-9._-]*)$/;
const URI_SCHEME = /^[a-z][a-z0-9+.-]+:\/\//i;

/**
 * Reads where a model is: a path, `name@alias` of the registry at hand, or `s3://bucket/prefix/name@alias`.
 *
 * Paths start from `folder`, whoever reads the config from where.
 *
 * @throws InferenceError `CONFIG_INVALID` for a URI that names no version of a registry.
 */
export function toModelOrigin(written: string, folder: string): ModelOrigin {
  const path = resolve(folder, written);
  const [, store, registryName, reference] = REFERENCE.exec(written) ?? [];
  if (registryName !== undefined && reference !== undefined && !existsSync(path)) {
    return { kind: "registry", ...(store && { store: toStore(store, folder) }), registryName, reference };
  }
  if (!URI_SCHEME.test(written)) return { kind: "file", path };
  throw new InferenceError(
    "CONFIG_INVALID",
    `${written} names no model of a registry: write the store, the model and an alias, such as s3://bucket/prefix/iris@production.`,
  );
}

function toStore(store: string, folder: string): string {
  return isUri(store) ? store : resolve(folder, store);
}

/** Whether a store is somewhere that other machines reach, and not a folder of this one. */
export function isUri(store: string): boolean {
  return URI_SCHEME.test(store);
}
