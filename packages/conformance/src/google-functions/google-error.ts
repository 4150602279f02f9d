/** Canonical codes of Google's APIs. Source: AIP-193, and `google.rpc.Code`. */
const CODES = {
  INVALID_ARGUMENT: { status: 400, number: 3 },
  FAILED_PRECONDITION: { status: 400, number: 9 },
  UNAUTHENTICATED: { status: 401, number: 16 },
  PERMISSION_DENIED: { status: 403, number: 7 },
  NOT_FOUND: { status: 404, number: 5 },
  ALREADY_EXISTS: { status: 409, number: 6 },
  ABORTED: { status: 409, number: 10 },
  RESOURCE_EXHAUSTED: { status: 429, number: 8 },
  INTERNAL: { status: 500, number: 13 },
  UNIMPLEMENTED: { status: 501, number: 12 },
  UNAVAILABLE: { status: 503, number: 14 },
} as const;

export type GoogleCode = keyof typeof CODES;

/** Why a request is not carried out, in the shape of Google's APIs. */
export class GoogleApiError extends Error {
  readonly code: GoogleCode;
  readonly details: readonly object[];

  constructor(code: GoogleCode, message: string, details: readonly object[] = []) {
    super(message);
    this.name = "GoogleApiError";
    this.code = code;
    this.details = details;
  }

  get httpStatus(): number {
    return CODES[this.code].status;
  }

  /** As it stands in an operation that failed. */
  toStatus(): object {
    return { code: CODES[this.code].number, message: this.message, details: this.details };
  }

  toBody(): object {
    const { message, code, details } = this;
    return { error: { code: this.httpStatus, message, status: code, ...(details.length > 0 && { details }) } };
  }
}

/** What an API says that has not been switched on in a project. */
export function apiDisabled(api: string, project: string): GoogleApiError {
  return new GoogleApiError(
    "PERMISSION_DENIED",
    `${api} has not been used in project ${project} before or it is disabled. Enable it by visiting https://console.developers.google.com/apis/api/${api}/overview?project=${project} then retry.`,
    [{ "@type": "type.googleapis.com/google.rpc.ErrorInfo", reason: "SERVICE_DISABLED", domain: "googleapis.com" }],
  );
}
