import { rm } from "node:fs/promises";
import type { Log } from "../../log.ts";
import type { Engine, FileSource, Session } from "../../session/engine.ts";
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

  async function pack(): Promise<void> {
    if (layoutBytes(source.path) < LEAST_BYTES) return;
    folder = await makeLayoutFolder();
    const layout = await writeSharedLayout(source, folder, { signal: ending.signal });
    if (typeof layout === "string") {
      if (!ending.signal.aborted) tell("model.not-packed", `keeps its weights as they are: ${layout}`);
      return;
    }
    const packed = await engine.load(layout.source);
    const before = current;
    current = packed;
    await before.close();
    tell("model.packed", "runs on packed weights now");
  }

  function tell(event: string, what: string): void {
    log({ level: "info", event, message: `${source.path} ${what}.` });
  }

  function packOnce(): void {
    packing ??= pack()
      .catch((error: unknown) => {
        if (ending.signal.aborted) return;
        const message = `${source.path} could not be packed; it serves on as it is.`;
        log({ level: "warn", event: "model.packing.failed", message, error });
      })
      .then(() => (current === first ? removeFolder() : undefined));
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
    async close(): Promise<void> {
      ending.abort();
      await packing;
      await current.close();
      await removeFolder();
    },
  };
}
