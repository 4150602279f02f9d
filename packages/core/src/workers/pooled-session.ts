import { InferenceError, runCancelled } from "../errors.ts";
import type { RunOptions } from "../session/runnable.ts";
import { UnderWay } from "../session/under-way.ts";
import { checkInputs } from "../tensor/check-tensors.ts";
import type { Tensors } from "../tensor/tensor.ts";
import type { SessionFacts } from "./messages.ts";
import type { AskedRun, PooledModel } from "./pooled-model.ts";
import type { MeasuredSession } from "./quick-runs.ts";
import type { WorkerPool } from "./worker-pool.ts";

/** A session whose runs are carried out by a pool's workers. */
export function createPooledSession(pool: WorkerPool, model: PooledModel, facts: SessionFacts): MeasuredSession {
  const runs = new UnderWay();
  let closing: Promise<void> | undefined;

  return {
    ...facts,
    async run(
      inputs: Tensors,
      options: RunOptions = {},
      measured: (durationMs: number) => void = () => undefined,
    ): Promise<Tensors> {
      if (closing !== undefined) throw new InferenceError("INTERNAL", "The model's session has been closed.");
      if (options.signal?.aborted) throw runCancelled();
      // Here already, so that what cannot be sent is refused in the same words.
      checkInputs(inputs, facts.signature.inputs);
      runs.begin();
      try {
        return await runCancellably(pool, { model, inputs, options, measured });
      } finally {
        runs.end();
      }
    },
    setElsewhere: (isElsewhere) => pool.setElsewhere(model, isElsewhere),
    close(): Promise<void> {
      closing ??= runs.ended().then(() => pool.unload(model));
      return closing;
    },
  };
}

function runCancellably(pool: WorkerPool, run: AskedRun): Promise<Tensors> {
  const { signal } = run.options;
  if (signal === undefined) return pool.run(run);
  const own = { ...run, options: { ...run.options } };
  const cancel = (): void => pool.cancel(own.options);
  signal.addEventListener("abort", cancel, { once: true });
  return pool.run(own).finally(() => signal.removeEventListener("abort", cancel));
}
