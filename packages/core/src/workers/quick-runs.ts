import { InferenceError } from "../errors.ts";
import type { Session } from "../session/engine.ts";
import type { RunOptions } from "../session/runnable.ts";
import type { Tensors } from "../tensor/tensor.ts";
import { QuickEvidence } from "./quick-evidence.ts";

/** A session in workers. */
export interface MeasuredSession extends Session {
  /** @param measured told how long the worker took. */
  run(inputs: Tensors, options?: RunOptions, measured?: (durationMs: number) => void): Promise<Tensors>;
  /** Told whether its runs are carried out elsewhere for now. */
  readonly setElsewhere: (isElsewhere: boolean) => void;
}

/**
 * A session whose runs are carried out on the calling thread once they have shown to be so short that handing them to a
 * worker costs more: a model of a few kilobytes runs for some ten microseconds.
 *
 * Inputs with many more elements than those that were quick go to a worker; so do all after runs here that took long.
 *
 * @param loadHere gives the same model on the calling thread.
 */
export function runQuickOnesHere(pooled: MeasuredSession, loadHere: () => Promise<Session>): Session {
  const evidence = new QuickEvidence();
  let here: Session | undefined;
  let isClosed = false;
  let moving: Promise<void> | undefined;

  async function moveHere(): Promise<void> {
    const session = await loadHere().catch(() => undefined);
    if (session === undefined) evidence.refuse();
    else if (isClosed) await session.close();
    else {
      here = session;
      pooled.setElsewhere(true);
    }
  }

  function measured(elements: number, durationMs: number): void {
    evidence.ran(elements, durationMs);
    if (evidence.areQuick === (here !== undefined) || isClosed) return;
    if (here === undefined) {
      moving ??= moveHere().finally(() => {
        moving = undefined;
      });
      return;
    }
    here.close().catch(() => undefined);
    here = undefined;
    pooled.setElsewhere(false);
  }

  async function runHere(session: Session, inputs: Tensors, elements: number, options?: RunOptions): Promise<Tensors> {
    let startMs = performance.now();
    // The runtime's own binding begins a run when what the event loop has read is dealt with, and that is not its time.
    setImmediate(() => {
      startMs = performance.now();
    });
    try {
      return await session.run(inputs, options);
    } finally {
      measured(elements, performance.now() - startMs);
    }
  }

  return {
    ...pooled,
    run(inputs: Tensors, options?: RunOptions): Promise<Tensors> {
      if (isClosed) return Promise.reject(new InferenceError("INTERNAL", "The model's session has been closed."));
      const elements = countElements(inputs);
      if (here !== undefined && elements <= evidence.mostElements) {
        options?.onHere?.();
        return runHere(here, inputs, elements, options);
      }
      return pooled.run(inputs, options, (durationMs) => measured(elements, durationMs));
    },
    async close(): Promise<void> {
      isClosed = true;
      await moving;
      await here?.close();
      await pooled.close();
    },
  };
}

function countElements(inputs: Tensors): number {
  let count = 0;
  for (const { data } of Object.values(inputs)) count += data.length;
  return count;
}
