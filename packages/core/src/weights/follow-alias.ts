import { InferenceError } from "../errors.ts";
import type { Log } from "../log.ts";
import type { RegisteredModel } from "./load-registered.ts";
import type { ModelSlot } from "./model-slot.ts";

/**
 * Looks at an alias from time to time and swaps the model when it has moved. A version that is refused for good is not
 * tried again before the alias moves; the one before keeps serving.
 *
 * @param tag of the alias as the slot's model was resolved with, and again after each swap.
 */
export function followAlias(model: RegisteredModel, slot: ModelSlot, tag: () => string | undefined, log: Log): void {
  const { refreshMs, name, reference } = model;
  if (refreshMs === undefined || /^\d+$/.test(reference)) return;
  let refusedTag: string | undefined;

  async function look(): Promise<void> {
    const known = refusedTag ?? tag();
    if (known === undefined) return;
    const found = await model.registry.resolveIfMoved(name, reference, known);
    if (found === "unchanged" || found.aliasTag === tag()) return;
    refusedTag = undefined;
    try {
      await slot.reload();
      log({ level: "info", event: "model.swapped", message: `${name}@${reference} is version ${found.version} now.` });
    } catch (error) {
      if (!(InferenceError.is(error) && error.retryable)) refusedTag = found.aliasTag;
      throw error;
    }
  }

  const lookAgain = (): void => {
    if (slot.state.state === "closed") return;
    const timer = setTimeout(async () => {
      await look().catch((error: unknown) => {
        // What was under way when the service was closed has nothing to tell.
        if (slot.state.state !== "closed") logFailure(log, `${name}@${reference}`, error);
      });
      lookAgain();
    }, refreshMs);
    // A process that has nothing else to do may end.
    timer.unref();
  };
  lookAgain();
}

function logFailure(log: Log, model: string, error: unknown): void {
  const reason = error instanceof Error ? error.message : String(error);
  const message = `${model} has moved and could not be followed; the version before serves on: ${reason}`;
  log({ level: "error", event: "model.swap.failed", message, error });
}
