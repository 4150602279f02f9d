import { hostname, userInfo } from "node:os";
import { type AliasRecord, type Author, type ListedVersion, Registry } from "@virga/core/weights";
import { formatByteSize } from "../print/byte-size.ts";
import { formatTable } from "../print/table.ts";
import type { Terminal } from "../print/terminal.ts";
import { type Environment, openStore } from "./open-store.ts";

/** What all commands on a registry are told. */
export interface RegistryArguments {
  readonly name: string;
  readonly store: string;
  readonly environment: Environment;
  readonly json: boolean;
  readonly note?: string;
}

/** The registry that a command works on. */
export async function openRegistry({ store, environment }: RegistryArguments, terminal: Terminal): Promise<Registry> {
  return new Registry(await openStore(store, terminal.folder, environment));
}

/** Whoever runs this command, as the registry's history names them. */
export function currentAuthor({ note }: Pick<RegistryArguments, "note">): Author {
  return { by: `${userInfo().username}@${hostname()}`, ...(note === undefined ? {} : { note }) };
}

/** Lists the versions of a model with the aliases that point at them. */
export async function showVersions(written: RegistryArguments, terminal: Terminal): Promise<void> {
  const registry = await openRegistry(written, terminal);
  const versions = await registry.versions(written.name);
  if (written.json) {
    terminal.print(
      JSON.stringify({ name: written.name, store: registry.store.uri, versions: versions.map(toJson) }, undefined, 2),
    );
    return;
  }
  if (versions.length === 0) {
    terminal.print(
      `${registry.store.uri} has no version of ${written.name}; make one with: virga push ${written.name} model.onnx`,
    );
    return;
  }
  const rows = versions.map((version) => [
    String(version.version),
    version.aliases.join(", "),
    formatByteSize(sizeOf(version)),
    version.manifest.load.kind === "original" ? "as published" : "prepared",
    version.createdAt,
    version.createdBy,
    version.note,
  ]);
  terminal.print(formatTable([["VERSION", "ALIASES", "SIZE", "WEIGHTS", "CREATED", "BY", "NOTE"], ...rows]));
}

function sizeOf(version: ListedVersion): number {
  return version.manifest.files.reduce((sum, file) => sum + file.sizeBytes, 0);
}

function toJson({ version, aliases, createdAt, createdBy, note, manifest }: ListedVersion): object {
  const { load, signature, sourceSha256 } = manifest;
  return { version, aliases, createdAt, createdBy, note, load, signature, sourceSha256 };
}

/** Points an alias at a version. */
export async function promote(
  written: RegistryArguments & { readonly version: number; readonly alias: string },
  terminal: Terminal,
): Promise<void> {
  const registry = await openRegistry(written, terminal);
  const moved = await registry.promote(written.name, written.version, written.alias, currentAuthor(written));
  printMove(written, moved, terminal);
}

/** Points an alias back at the version it had before. */
export async function rollback(
  written: RegistryArguments & { readonly alias: string },
  terminal: Terminal,
): Promise<void> {
  const registry = await openRegistry(written, terminal);
  const moved = await registry.rollback(written.name, written.alias, currentAuthor(written));
  printMove(written, moved, terminal);
}

function printMove(
  { name, json }: RegistryArguments,
  { alias, version, history }: AliasRecord,
  terminal: Terminal,
): void {
  const from = history.at(-1)?.from ?? null;
  if (json) terminal.print(JSON.stringify({ name, alias, from, to: version }));
  else terminal.print(`${name}@${alias} is version ${version} now${from === null ? "" : `; it was ${from}`}.`);
}

/** Deletes a version that no alias points at. */
export async function deleteVersion(
  written: RegistryArguments & { readonly version: number },
  terminal: Terminal,
): Promise<void> {
  const registry = await openRegistry(written, terminal);
  await registry.delete(written.name, written.version, currentAuthor(written));
  if (written.json) terminal.print(JSON.stringify({ name: written.name, deleted: written.version }));
  else
    terminal.print(
      `Version ${written.version} of ${written.name} is deleted; \`virga gc ${written.name}\` frees its files a day later.`,
    );
}

/** Removes files that nothing needs any more. */
export async function collectGarbage(written: RegistryArguments, terminal: Terminal): Promise<void> {
  const registry = await openRegistry(written, terminal);
  const { deletedFiles, deletedBytes } = await registry.collectGarbage(written.name);
  if (written.json) terminal.print(JSON.stringify({ name: written.name, deletedFiles, deletedBytes }));
  else terminal.print(`${deletedFiles} files deleted, ${formatByteSize(deletedBytes)}.`);
}
