import { resolve } from "node:path";
import { type ModelOrigin, toModelOrigin } from "@virga/deploy";
import { DEFAULT_STORE } from "../registry/open-store.ts";

/** Where a model is found: a file of this machine, or a version or alias in a registry. */
export type ModelPlace = Extract<ModelOrigin, { kind: "file" }> | Required<Extract<ModelOrigin, { kind: "registry" }>>;

/**
 * As `toModelOrigin`; a reference without a store is one to the registry in `folder`.
 *
 * @throws InferenceError `CONFIG_INVALID` for a URI that names no version of a registry.
 */
export function toModelPlace(written: string, folder: string): ModelPlace {
  const origin = toModelOrigin(written, folder);
  return origin.kind === "file" ? origin : { store: resolve(folder, DEFAULT_STORE), ...origin };
}
