import type { FailureCode, InferenceError } from "../../errors.ts";

/** Why one try to fetch a part went wrong, and how it is to be taken. */
export interface Setback {
  readonly message: string;
  /** Of the error that a caller gets once no try is left. */
  readonly code: FailureCode;
  /** The store's own account of it, which a caller gets instead. */
  readonly explained?: InferenceError;
  /** Tries in a row without progress after which there is no other; the fetch's own bound where absent. */
  readonly mostTries?: number;
  /** The server asks for so much time before the next try. */
  readonly waitMs?: number;
  /** The server has more requests than it wants: fewer at a time are asked of it. */
  readonly overload?: boolean;
  /** What has been fetched so far cannot be continued: `changed` is another object, `noRanges` a server without ranges. */
  readonly restart?: "changed" | "noRanges";
}

/** One try that went wrong; another may succeed. */
export class FailedTry extends Error {
  override readonly name = "FailedTry";
  readonly setback: Setback;

  constructor(setback: Setback, options?: ErrorOptions) {
    super(setback.message, options);
    this.setback = setback;
  }
}

const CERTIFICATE_FAILURE = /CERT|SELF_SIGNED|UNABLE_TO|ERR_TLS|HOSTNAME_MISMATCH/;

/** What a broken connection means. */
export function toFailedTry(error: unknown): FailedTry {
  if (error instanceof FailedTry) return error;
  const message = error instanceof Error ? error.message : "The connection failed.";
  const code = systemCode(error);
  if (code === undefined || !CERTIFICATE_FAILURE.test(code)) {
    return new FailedTry({ message, code: "WEIGHTS_UNREACHABLE" }, { cause: error });
  }
  const distrust = `Its certificate is not trusted (${code}): ${message}. Name its authority in NODE_EXTRA_CA_CERTS.`;
  return new FailedTry({ message: distrust, code: "WEIGHTS_UNREACHABLE", mostTries: 1 }, { cause: error });
}

/** The code of a failed system call, such as `ENOSPC`. */
export function systemCode(error: unknown): string | undefined {
  if (typeof error !== "object" || error === null || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}
