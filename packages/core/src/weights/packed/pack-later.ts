import { statSync } from "node:fs";
import { rm } from "node:fs/promises";
import type { Log } from "../../log.ts";
import type { Engine, FileSource, Session, Spread } from "../../session/engine.ts";
import type { RunOptions } from "../../session/runnable.ts";
import type { Tensors } from "../../tensor/tensor.ts";
import { makeLayoutFolder } from "./layout-folder.ts";
import { layoutBytes } from "./layout-room.ts";
import { writeSharedLayout } from "./shared-layout.ts";

/** Runs after which a process is taken for one that lives long enough. */
const RUNS_BEFORE = 50;
/** A model that takes less, in all copies, is read as fast in any order. */
const LEAST_BYTES = 4 * 1024 * 1024;

/** What a model is packed with. */
export interface PackLaterOptions {
  readonly engine: Engine;
  readonly source: FileSource;
  readonly log: Log;
}

/** How a model is loaded first. */
export interface FirstLoad {
  readonly source: FileSource;
  readonly spread: Spread;
}

/**
 * How a model is loaded that may be packed later: one large copy of its weights at most, whatever the number of workers,
 * and none that is packed.
 */
export function firstLoad({ lanes }: Engine, source: FileSource): FirstLoad {
  if (lanes === undefined) return { source, spread: "each" };
  // Its weights are mapped where they lie.
  if (source.mode?.prepack === false) return { source, spread: "wide" };
  try {
    if (!isLarge(source.path)) return { source, spread: "wide" };
    return { source: { ...source, mode: { optimize: source.mode?.optimize ?? true, prepack: false } }, spread: "one" };
  } catch {
    // The engine will say why it cannot be read.
    return { source, spread: "each" };
  }
}

/**
 * A session that serves from the weights as they are, so that it is there at once, and moves to packed ones once it has
 * been used for a while: they are made beside it, once for all workers, and give the same answers faster. An engine without
 * workers belongs to a process that may not live so long: its session is given back.
 */
export function packLater(first: Session, { engine, source, log }: PackLaterOptions): Session {
  if (engine.lanes === undefined) return first;
  const ending = new AbortController();
  let current = first;
  let runs = 0;
  let packing: Promise<void> | undefined;
  let folder: string | undefined;
  let isPacked = false;
  const paceListeners: (() => void)[] = [];

  async function pack(): Promise<void> {
    if (!isLarge(source.path)) return;
    folder = await makeLayoutFolder();
    const layout = await writeSharedLayout(source, folder, { signal: ending.signal });
    if (ending.signal.aborted) return;
    if (typeof layout === "string") return tell("model.not-packed", `keeps its weights as they are: ${layout}`);
    const packed = await engine.load(layout.source, "wide");
    isPacked = true;
    await replace(packed);
    tell("model.packed", "runs on packed weights now");
  }

  /** Whatever came of packing, a model does not stay in one worker. */
  async function goOnUnpacked(): Promise<void> {
    if (isPacked || ending.signal.aborted) return;
    await removeFolder();
    if (firstLoad(engine, source).spread === "one") await replace(await engine.load(source, "each"));
  }

  async function replace(next: Session): Promise<void> {
    const before = current;
    current = next;
    for (const listener of paceListeners) listener();
    await before.close();
  }

  function tell(event: string, what: string): void {
    log({ level: "info", event, message: `${source.path} ${what}.` });
  }

  function tellFailure(error: unknown): void {
    if (ending.signal.aborted) return;
    const message = `${source.path} could not be packed; it serves on as it is.`;
    log({ level: "warn", event: "model.packing.failed", message, error });
  }

  function packOnce(): void {
    packing ??= pack().catch(tellFailure).then(goOnUnpacked).catch(tellFailure);
  }

  async function removeFolder(): Promise<void> {
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  }

  return {
    ...first,
    run(inputs: Tensors, options?: RunOptions): Promise<Tensors> {
      runs += 1;
      if (runs === RUNS_BEFORE) packOnce();
      return current.run(inputs, options);
    },
    onPaceChange(listener) {
      paceListeners.push(listener);
    },
    async close(): Promise<void> {
      ending.abort();
      await packing;
      await current.close();
      await removeFolder();
    },
  };
}

function isLarge(path: string): boolean {
  // A file that is large by itself need not be read, while its first request waits.
  return statSync(path).size >= LEAST_BYTES || layoutBytes(path) >= LEAST_BYTES;
}
