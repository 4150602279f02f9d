import { inputInvalid } from "../../errors.ts";

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;

/** @throws InferenceError `INPUT_INVALID` for a model name that cannot stand in a key or a URL. */
export function checkModelName(name: string): void {
  if (NAME.test(name) && !name.includes("..")) return;
  throw inputInvalid(
    `${JSON.stringify(name)} is no model name: use letters, digits, ".", "_" and "-", at most 128, a letter or digit first.`,
  );
}

/** @throws InferenceError `INPUT_INVALID` for an alias that cannot stand in a key or reads like a version. */
export function checkAlias(alias: string): void {
  if (NAME.test(alias) && !alias.includes("..") && !/^\d+$/.test(alias)) return;
  throw inputInvalid(`${JSON.stringify(alias)} is no alias: use a word such as "production", not a number.`);
}

/** Keys of everything that a registry keeps for one model; plurals are what such keys begin with. */
export interface RegistryKeys {
  /** A file, by what it holds. */
  blob(name: string, sha256: string): string;
  /** All files. */
  blobs(name: string): string;
  /** The record of one version. */
  version(name: string, version: number): string;
  /** All versions. */
  versions(name: string): string;
  /** The record of one alias. */
  alias(name: string, alias: string): string;
  /** All aliases. */
  aliases(name: string): string;
}

/** Where a registry keeps what. */
export const registryKeys: RegistryKeys = {
  blob: (name, sha256) => `${name}/blobs/${sha256}`,
  blobs: (name) => `${name}/blobs/`,
  // Padded, so that a store lists versions in their order.
  version: (name, version) => `${name}/versions/${String(version).padStart(8, "0")}.json`,
  versions: (name) => `${name}/versions/`,
  alias: (name, alias) => `${name}/aliases/${alias}.json`,
  aliases: (name) => `${name}/aliases/`,
};
