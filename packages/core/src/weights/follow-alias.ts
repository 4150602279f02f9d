import { InferenceError } from "../errors.ts";
import type { Log } from "../log.ts";
import type { ServiceMetrics } from "../metrics/service-metrics.ts";
import type { RegisteredModel } from "./load-registered.ts";
import type { ModelSlot } from "./model-slot.ts";

/** Where it is told how swaps end. */
export interface SwapReport {
  readonly log: Log;
  readonly metrics: ServiceMetrics;
  /** As the config calls it. */
  readonly model: string;
}

/** Looks once at one alias. */
export type AliasLook = (signal?: AbortSignal) => Promise<void>;

/**
 * A look at an alias that swaps the model when it has moved. A version that is refused for good is not tried again before
 * the alias moves; the one before keeps serving. It never rejects: what goes wrong is logged. Its signal ends the asking,
 * and not a swap that has begun.
 *
 * @param tag of the alias as the slot's model was resolved with, and again after each swap.
 */
export function createAliasLook(
  { registry, name, reference }: RegisteredModel,
  slot: ModelSlot,
  tag: () => string | undefined,
  report: SwapReport,
): AliasLook {
  let refusedTag: string | undefined;
  let underWay: Promise<void> | undefined;

  async function look(signal?: AbortSignal): Promise<void> {
    const known = refusedTag ?? tag();
    if (known === undefined) return;
    const found = await registry.resolveIfMoved(name, reference, known, signal);
    if (found === "unchanged" || found.aliasTag === tag()) return;
    refusedTag = undefined;
    try {
      await slot.reload();
      report.metrics.swaps.add({ model: report.model, outcome: "swapped" });
      report.log({
        level: "info",
        event: "model.swapped",
        message: `${name}@${reference} is version ${found.version} now.`,
      });
    } catch (error) {
      if (!(InferenceError.is(error) && error.retryable)) refusedTag = found.aliasTag;
      throw error;
    }
  }

  return (signal) => {
    underWay ??= look(signal)
      .catch((error: unknown) => {
        // What was under way when the service was closed has nothing to tell.
        if (slot.state.state !== "closed") reportFailure(report, `${name}@${reference}`, error);
      })
      .finally(() => {
        underWay = undefined;
      });
    return underWay;
  };
}

/** Looks at an alias again and again until the slot is closed. */
export function lookEvery(refreshMs: number, look: AliasLook, slot: ModelSlot): void {
  const lookAgain = (): void => {
    if (slot.state.state === "closed") return;
    const timer = setTimeout(() => look().then(lookAgain, lookAgain), refreshMs);
    // A process that has nothing else to do may end.
    timer.unref();
  };
  lookAgain();
}

function reportFailure({ log, metrics, model }: SwapReport, reference: string, error: unknown): void {
  metrics.countFailedSwap(model, error);
  const reason = error instanceof Error ? error.message : String(error);
  const message = `${reference} could not be followed; the version that is loaded serves on: ${reason}`;
  log({ level: "error", event: "model.swap.failed", message, error });
}
