import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { InferenceError } from "@virga/core";
import { DEFAULT_STORE } from "../registry/open-store.ts";

/** Where a model is found: a file of this machine, or a version or alias in a registry. */
export type ModelPlace =
  | { readonly kind: "file" /** Absolute. */; readonly path: string }
  | { readonly kind: "registry"; readonly store: string; readonly name: string; readonly reference: string };

const REFERENCE = /^(?:(.+)\/)?([A-Za-z0-9][A-Za-z0-9._-]*)@([A-Za-z0-9][A-Za-z0-9._-]*)$/;
const URI_SCHEME = /^[a-z][a-z0-9+.-]+:\/\//i;

/**
 * Reads where a model is: a path, `name@alias` of the registry in this folder, or `s3://bucket/prefix/name@alias`.
 *
 * @throws InferenceError `CONFIG_INVALID` for a URI that names no version of a registry.
 */
export function toModelPlace(written: string, folder: string): ModelPlace {
  const path = resolve(folder, written);
  const [, store, name, reference] = REFERENCE.exec(written) ?? [];
  const isReference = name !== undefined && reference !== undefined && !existsSync(path);
  if (isReference) return { kind: "registry", store: toStore(store, folder), name, reference };
  if (!URI_SCHEME.test(written)) return { kind: "file", path };
  throw new InferenceError(
    "CONFIG_INVALID",
    `${written} names no model of a registry: write the store, the model and an alias, such as s3://bucket/prefix/iris@production.`,
  );
}

/** Paths start from the config's folder, whoever reads it from where. */
function toStore(store: string | undefined, folder: string): string {
  const place = store ?? DEFAULT_STORE;
  return URI_SCHEME.test(place) ? place : resolve(folder, place);
}

/** How messages name a place. */
export function describePlace(place: ModelPlace): string {
  return place.kind === "file" ? place.path : `${place.name}@${place.reference}`;
}
