import { setTimeout as sleep } from "node:timers/promises";
import { InferenceError } from "../../errors.ts";
import type { ModelStore, WriteCondition } from "../store/model-store.ts";
import { registryKeys } from "./registry-names.ts";
import {
  type AliasMove,
  type AliasRecord,
  type Author,
  decodeAlias,
  encodeRecord,
  type LiveVersion,
} from "./registry-records.ts";

/** Enough for a hundred writers at once, each of which loses to every other. */
const MAX_ATTEMPTS = 200;
const MAX_PAUSE_MS = 250;

interface Move {
  readonly kind: AliasMove["kind"];
  readonly target: LiveVersion;
}

/** The alias stored at `key` with its tag, if it is there. */
export async function readAlias(
  store: ModelStore,
  key: string,
  signal?: AbortSignal,
): Promise<{ readonly record: AliasRecord; readonly tag: string } | undefined> {
  const found = await store.read(key, signal);
  return found && { record: decodeAlias(found.bytes, key), tag: found.tag };
}

/** Moves an alias; where another move came first, `decide` is asked again on what that one left. */
export async function moveAlias(
  store: ModelStore,
  name: string,
  alias: string,
  author: Author,
  decide: (current: AliasRecord | undefined) => Move | Promise<Move>,
): Promise<AliasRecord> {
  const key = registryKeys.alias(name, alias);
  for (let attempt = 1; ; attempt += 1) {
    const current = await readAlias(store, key);
    const moved = withMove(alias, current?.record, await decide(current?.record), author);
    const condition: WriteCondition = current ? { kind: "unchanged", tag: current.tag } : { kind: "absent" };
    try {
      await store.write(key, { kind: "bytes", bytes: encodeRecord(moved) }, { condition });
      return moved;
    } catch (error) {
      if (!InferenceError.is(error) || error.code !== "WRITE_CONFLICT" || attempt === MAX_ATTEMPTS) throw error;
      await sleep(Math.random() * Math.min(MAX_PAUSE_MS, 10 * attempt));
    }
  }
}

function withMove(alias: string, current: AliasRecord | undefined, move: Move, author: Author): AliasRecord {
  const { version, manifest } = move.target;
  const entry: AliasMove = {
    at: new Date().toISOString(),
    by: author.by,
    kind: move.kind,
    from: current?.version ?? null,
    to: version,
    note: author.note ?? "",
  };
  return { alias, version, manifest, history: [...(current?.history ?? []), entry] };
}
