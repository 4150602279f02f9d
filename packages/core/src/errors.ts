interface Failure {
  readonly status: number;
  /** Whether the same request may succeed when it is sent again. */
  readonly retryable: boolean;
}

/** Every kind of failure that a user can meet. */
export type FailureCode =
  | "CONFIG_INVALID"
  | "INPUT_INVALID"
  | "INPUT_TOO_LARGE"
  | "MEDIA_TYPE_UNSUPPORTED"
  | "METHOD_NOT_ALLOWED"
  | "MODEL_UNKNOWN"
  | "ROUTE_UNKNOWN"
  | "RUN_FAILED"
  | "OUTPUT_TOO_LARGE"
  | "UNSUPPORTED"
  | "UNAUTHENTICATED"
  | "WEIGHTS_MISSING"
  | "WEIGHTS_DENIED"
  | "WEIGHTS_UNREACHABLE"
  | "WEIGHTS_CORRUPT"
  | "MODEL_UNSUPPORTED"
  | "DISK_FULL"
  | "WRITE_CONFLICT"
  | "NOT_READY"
  | "OVERLOADED"
  | "WORKER_LOST"
  | "CANCELLED"
  | "DEADLINE_EXCEEDED"
  | "INTERNAL";

/** How each failure is answered over HTTP. */
export const FAILURES: Readonly<Record<FailureCode, Failure>> = {
  CONFIG_INVALID: { status: 500, retryable: false },
  INPUT_INVALID: { status: 400, retryable: false },
  UNAUTHENTICATED: { status: 401, retryable: false },
  INPUT_TOO_LARGE: { status: 413, retryable: false },
  MEDIA_TYPE_UNSUPPORTED: { status: 415, retryable: false },
  METHOD_NOT_ALLOWED: { status: 405, retryable: false },
  MODEL_UNKNOWN: { status: 404, retryable: false },
  ROUTE_UNKNOWN: { status: 404, retryable: false },
  RUN_FAILED: { status: 400, retryable: false },
  UNSUPPORTED: { status: 501, retryable: false },
  OUTPUT_TOO_LARGE: { status: 501, retryable: false },
  WEIGHTS_MISSING: { status: 500, retryable: false },
  WEIGHTS_DENIED: { status: 500, retryable: false },
  DISK_FULL: { status: 500, retryable: false },
  WRITE_CONFLICT: { status: 409, retryable: true },
  WEIGHTS_UNREACHABLE: { status: 503, retryable: true },
  WEIGHTS_CORRUPT: { status: 500, retryable: false },
  MODEL_UNSUPPORTED: { status: 500, retryable: false },
  NOT_READY: { status: 503, retryable: true },
  OVERLOADED: { status: 503, retryable: true },
  WORKER_LOST: { status: 503, retryable: true },
  CANCELLED: { status: 499, retryable: false },
  DEADLINE_EXCEEDED: { status: 504, retryable: true },
  INTERNAL: { status: 500, retryable: false },
};

const MARKER = "isVirgaInferenceError";

/** What a failure knows beside its code and message. */
export interface FailureOptions extends ErrorOptions {
  readonly retryAfterSeconds?: number;
}

/** The one error class: `message` says what, where and what to do, and is safe to show to a caller. */
export class InferenceError extends Error {
  override readonly name = "InferenceError";
  readonly code: FailureCode;
  /** After how many seconds it is worth asking again, where that is known. */
  readonly retryAfterSeconds: number | undefined;
  readonly isVirgaInferenceError = true;

  constructor(code: FailureCode, message: string, options: FailureOptions = {}) {
    super(message, options);
    this.code = code;
    this.retryAfterSeconds = options.retryAfterSeconds;
  }

  /** HTTP status that this failure is answered with. */
  get status(): number {
    return FAILURES[this.code].status;
  }

  /** Whether the same request may succeed when it is sent again. */
  get retryable(): boolean {
    return FAILURES[this.code].retryable;
  }

  /** Recognises the error by its marker: a bundle can hold two copies of this class. */
  static is(error: unknown): error is InferenceError {
    return typeof error === "object" && error !== null && MARKER in error;
  }
}

/** Shorthand for the most frequent failure: the caller's input is wrong (400). */
export function inputInvalid(message: string): InferenceError {
  return new InferenceError("INPUT_INVALID", message);
}

/** The refusal of what the service has no room or no time for, made without a stack. */
export function overloaded(message: string, retryAfterSeconds = 1): InferenceError {
  const { stackTraceLimit } = Error;
  // Thousands of these a second are where the time of an overloaded service would go, and nobody reads their stacks.
  Error.stackTraceLimit = 0;
  try {
    return new InferenceError("OVERLOADED", message, { retryAfterSeconds });
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

/** What a caller gets while the service ends. */
export function shuttingDown(): InferenceError {
  return overloaded("The service is shutting down.");
}

/** What a run fails with that nobody waits for any more. */
export function runCancelled(): InferenceError {
  return new InferenceError("CANCELLED", "The run was cancelled before it began.");
}
