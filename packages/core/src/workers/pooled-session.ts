import { InferenceError } from "../errors.ts";
import type { Session } from "../session/engine.ts";
import type { RunOptions } from "../session/runnable.ts";
import { checkInputs } from "../tensor/check-tensors.ts";
import type { Tensors } from "../tensor/tensor.ts";
import type { SessionFacts } from "./messages.ts";
import type { PooledModel } from "./pooled-model.ts";
import { cancelled, type WorkerPool } from "./worker-pool.ts";

/** A session whose runs are carried out by a pool's workers. */
export function createPooledSession(pool: WorkerPool, model: PooledModel, facts: SessionFacts): Session {
  const runs = new Set<Promise<unknown>>();
  let closing: Promise<void> | undefined;

  return {
    ...facts,
    async run(inputs: Tensors, options: RunOptions = {}): Promise<Tensors> {
      if (closing !== undefined) throw new InferenceError("INTERNAL", "The model's session has been closed.");
      if (options.signal?.aborted) throw cancelled();
      // Here already, so that what cannot be sent is refused in the same words.
      checkInputs(inputs, facts.signature.inputs);
      const run = runCancellably(pool, model, inputs, options);
      runs.add(run);
      try {
        return await run;
      } finally {
        runs.delete(run);
      }
    },
    close(): Promise<void> {
      closing ??= Promise.allSettled(runs).then(() => pool.unload(model));
      return closing;
    },
  };
}

function runCancellably(pool: WorkerPool, model: PooledModel, inputs: Tensors, options: RunOptions): Promise<Tensors> {
  const { signal } = options;
  if (signal === undefined) return pool.run(model, inputs, options);
  const own = { ...options };
  const cancel = (): void => pool.cancel(own);
  signal.addEventListener("abort", cancel, { once: true });
  return pool.run(model, inputs, own).finally(() => signal.removeEventListener("abort", cancel));
}
