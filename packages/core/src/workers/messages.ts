import { type FailureCode, InferenceError } from "../errors.ts";
import type { ModelSource, Session } from "../session/engine.ts";
import type { OnnxEngineOptions } from "../session/session-options.ts";
import type { SentTensors } from "./tensor-message.ts";

/** What a session says of itself. */
export type SessionFacts = Omit<Session, "run" | "close">;

/** What a session runs with. */
export type ThreadsOfRuns = Required<OnnxEngineOptions>;

/** What a worker is asked, one thing at a time. */
export type WorkerRequest =
  | ({ readonly kind: "load"; readonly model: number; readonly source: ModelSource } & ThreadsOfRuns)
  | {
      readonly kind: "run";
      readonly model: number;
      readonly inputs: SentTensors;
      readonly outputs: readonly string[] | undefined;
      /** Whether the inputs' memory may be handed over. */
      readonly mayTransfer: boolean;
    }
  | { readonly kind: "close"; readonly model: number };

/** What a worker answers; `ready` once and unasked, when it has started. */
export type WorkerAnswer =
  | { readonly kind: "ready" }
  | { readonly kind: "loaded"; readonly facts: SessionFacts }
  | { readonly kind: "ran"; readonly outputs: SentTensors; readonly durationMs: number }
  | { readonly kind: "closed" }
  | { readonly kind: "failed"; readonly failure: SentFailure };

/** A failure on its way: classes do not survive it. */
export interface SentFailure {
  /** Absent for a failure that nobody foresaw. */
  readonly code: FailureCode | undefined;
  readonly message: string;
  /** For the log. */
  readonly reason: string | undefined;
}

/** A failure as it can be sent. */
export function toSentFailure(error: unknown): SentFailure {
  if (InferenceError.is(error)) return { code: error.code, message: error.message, reason: textOf(error.cause) };
  return { code: undefined, message: textOf(error) ?? "", reason: undefined };
}

/** A failure that has arrived, as it would have been thrown here. */
export function fromSentFailure({ code, message, reason }: SentFailure): Error {
  if (code === undefined) return new Error(message);
  return new InferenceError(code, message, reason === undefined ? {} : { cause: new Error(reason) });
}

function textOf(cause: unknown): string | undefined {
  if (cause === undefined) return undefined;
  return cause instanceof Error ? cause.message : String(cause);
}
