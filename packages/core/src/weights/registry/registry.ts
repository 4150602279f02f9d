import { InferenceError } from "../../errors.ts";
import type { ModelStore, ObjectLocation } from "../store/model-store.ts";
import { collectGarbage, type GarbageReport } from "./collect-garbage.ts";
import type { Manifest, ManifestFile } from "./manifest.ts";
import { moveAlias, readAlias } from "./move-alias.ts";
import { type PublishOptions, publish } from "./publish.ts";
import { checkAlias, checkModelName, registryKeys } from "./registry-names.ts";
import { type AliasRecord, type Author, decodeAlias, type LiveVersion } from "./registry-records.ts";
import { deleteVersion, listVersions, readVersion } from "./versions.ts";

/** A version with the aliases that point at it. */
export interface ListedVersion extends LiveVersion {
  readonly aliases: readonly string[];
}

/** A version that was found by its number or by an alias. */
export interface ResolvedVersion {
  readonly version: number;
  readonly manifest: Manifest;
  /** Changes when the alias moves; absent for a version found by its number. */
  readonly aliasTag?: string;
}

/**
 * Immutable versions and movable aliases of models, on any store.
 *
 * Everything that must not happen twice is decided by the store's own preconditions: of many writers of one number or
 * one alias exactly one wins, and the others look again. What a version needs is stored before the version itself, so a
 * push that dies leaves nothing that anyone sees.
 */
export class Registry {
  readonly store: ModelStore;

  constructor(store: ModelStore) {
    this.store = store;
  }

  /** Stores a prepared model as the next version; the same source content gives the version that already has it. */
  publish(name: string, folder: string, manifest: Manifest, options: PublishOptions): Promise<LiveVersion> {
    checkModelName(name);
    return publish(this.store, name, folder, manifest, options);
  }

  /** All live versions, oldest first. */
  async versions(name: string): Promise<ListedVersion[]> {
    checkModelName(name);
    const [versions, aliases] = await Promise.all([listVersions(this.store, name), this.aliases(name)]);
    return versions.map((version) => ({
      ...version,
      aliases: aliases.filter((alias) => alias.version === version.version).map((alias) => alias.alias),
    }));
  }

  /** Every alias of a model, with its history. */
  async aliases(name: string): Promise<AliasRecord[]> {
    checkModelName(name);
    const aliases: AliasRecord[] = [];
    for await (const { key } of this.store.list(registryKeys.aliases(name))) {
      const alias = await readAlias(this.store, key);
      if (alias !== undefined) aliases.push(alias.record);
    }
    return aliases;
  }

  /** Points an alias at a version. @throws InferenceError `MODEL_UNKNOWN` when there is no such version. */
  async promote(name: string, version: number, alias: string, author: Author): Promise<AliasRecord> {
    checkModelName(name);
    checkAlias(alias);
    const live = await readVersion(this.store, name, version);
    const moved = await moveAlias(this.store, name, alias, author, () => ({ kind: "promote", target: live }));
    // A delete may have run in between; it looks at the aliases after its own mark, so one of the two sees the other.
    await readVersion(this.store, name, version);
    return moved;
  }

  /** Points an alias at the version it had before its last promotion; again goes one further back. */
  async rollback(name: string, alias: string, author: Author): Promise<AliasRecord> {
    checkModelName(name);
    checkAlias(alias);
    return moveAlias(this.store, name, alias, author, async (current) => {
      const before = versionBefore(current);
      if (before === undefined) {
        throw new InferenceError("INPUT_INVALID", `${name}@${alias} has no earlier version to go back to.`);
      }
      return { kind: "rollback", target: await readVersion(this.store, name, before) };
    });
  }

  /** Removes a version; its number stays taken. @throws InferenceError `INPUT_INVALID` while an alias points at it. */
  async delete(name: string, version: number, author: Author): Promise<void> {
    checkModelName(name);
    await deleteVersion(this.store, name, version, author, () => this.aliases(name));
  }

  /** Removes files that no version and no alias needs and that are older than any push under way. */
  collectGarbage(name: string, olderThanMs?: number): Promise<GarbageReport> {
    checkModelName(name);
    return collectGarbage(this.store, name, olderThanMs);
  }

  /**
   * Finds a version by alias or number, with one small request.
   *
   * @throws InferenceError `MODEL_UNKNOWN` when there is no such model, version or alias.
   */
  async resolve(name: string, reference: string, signal?: AbortSignal): Promise<ResolvedVersion> {
    checkModelName(name);
    if (/^\d+$/.test(reference)) return readVersion(this.store, name, Number(reference), signal);
    checkAlias(reference);
    const alias = await readAlias(this.store, registryKeys.alias(name, reference), signal);
    if (alias === undefined) throw this.#noAlias(name, reference);
    return { version: alias.record.version, manifest: alias.record.manifest, aliasTag: alias.tag };
  }

  /** As `resolve` for an alias, but nothing where it is still in the state with this tag: what a swap asks for. */
  async resolveIfMoved(
    name: string,
    alias: string,
    tag: string,
    signal?: AbortSignal,
  ): Promise<"unchanged" | ResolvedVersion> {
    const key = registryKeys.alias(name, alias);
    const found = await this.store.readIfChanged(key, tag, signal);
    if (found === "unchanged") return found;
    if (found === undefined) throw this.#noAlias(name, alias);
    const { version, manifest } = decodeAlias(found.bytes, key);
    return { version, manifest, aliasTag: found.tag };
  }

  #noAlias(name: string, alias: string): InferenceError {
    return new InferenceError(
      "MODEL_UNKNOWN",
      `${this.store.uri} has no ${name}@${alias}: push the model, then promote a version of it to ${alias}.`,
    );
  }

  /** Where one file of a version is fetched from. */
  locate(name: string, file: ManifestFile): ObjectLocation {
    return this.store.locate(registryKeys.blob(name, file.sha256));
  }
}

/** Promotions are a stack that rollbacks take from; what lies below the top is the version before. */
function versionBefore(current: AliasRecord | undefined): number | undefined {
  const stack: number[] = [];
  for (const move of current?.history ?? []) {
    if (move.kind === "rollback") stack.pop();
    else stack.push(move.to);
  }
  return stack.at(-2);
}
