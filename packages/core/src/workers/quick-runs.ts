import { InferenceError } from "../errors.ts";
import type { Session } from "../session/engine.ts";
import type { RunOptions } from "../session/runnable.ts";
import type { Tensors } from "../tensor/tensor.ts";

/** A run this long is not noticed by whatever else the calling thread has to do; in a worker, waking up counts as well. */
const QUICK_MS = 0.4;
/** So many of them in a row, in a worker. */
const RUNS_IN_A_ROW = 20;
/** A run that takes so long here was the last one here. */
const TOO_LONG_MS = 25;

/** A session that tells how long its worker took for a run. */
export interface MeasuredSession extends Session {
  run(inputs: Tensors, options?: RunOptions, measured?: (durationMs: number) => void): Promise<Tensors>;
}

type Place =
  | { readonly kind: "worker"; readonly quickRuns: number }
  | { readonly kind: "worker for good" }
  | { readonly kind: "here"; readonly session: Session };

/**
 * A session whose runs are carried out on the calling thread once they have shown to be so short that handing them to a
 * worker costs more: a model of a few kilobytes runs for some ten microseconds.
 *
 * Inputs with more elements than those that were quick go to a worker; one long run here ends it for good.
 *
 * @param loadHere gives the same model on the calling thread.
 */
export function runQuickOnesHere(pooled: MeasuredSession, loadHere: () => Promise<Session>): Session {
  let place: Place = { kind: "worker", quickRuns: 0 };
  let mostElements = 0;
  let isClosed = false;
  let loading: Promise<void> | undefined;

  async function load(): Promise<void> {
    const session = await loadHere().catch(() => undefined);
    if (session !== undefined && !isClosed) place = { kind: "here", session };
    else await session?.close();
  }

  function judge(elements: number, durationMs: number): void {
    if (place.kind !== "worker") return;
    const isQuick = durationMs < QUICK_MS;
    mostElements = isQuick ? Math.max(mostElements, elements) : 0;
    place = { kind: "worker", quickRuns: isQuick ? place.quickRuns + 1 : 0 };
    if (place.quickRuns < RUNS_IN_A_ROW) return;
    place = { kind: "worker for good" };
    loading = load();
  }

  async function runHere(session: Session, inputs: Tensors, options: RunOptions | undefined): Promise<Tensors> {
    const startMs = performance.now();
    try {
      return await session.run(inputs, options);
    } finally {
      if (performance.now() - startMs > TOO_LONG_MS && place.kind === "here") {
        place = { kind: "worker for good" };
        session.close().catch(() => undefined);
      }
    }
  }

  return {
    ...pooled,
    run(inputs: Tensors, options?: RunOptions): Promise<Tensors> {
      if (isClosed) return Promise.reject(new InferenceError("INTERNAL", "The model's session has been closed."));
      const elements = countElements(inputs);
      if (place.kind === "here" && elements <= mostElements) return runHere(place.session, inputs, options);
      return pooled.run(inputs, options, (durationMs) => judge(elements, durationMs));
    },
    async close(): Promise<void> {
      isClosed = true;
      await loading;
      if (place.kind === "here") await place.session.close();
      await pooled.close();
    },
  };
}

function countElements(inputs: Tensors): number {
  let count = 0;
  for (const { data } of Object.values(inputs)) count += data.length;
  return count;
}
