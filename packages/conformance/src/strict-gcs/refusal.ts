/** What each refusal is called in the JSON API (`reason`) and in the XML API (`code`). */
const KINDS = {
  anonymous: { status: 401, reason: "required", code: "AuthenticationRequired", location: "Authorization" },
  badToken: { status: 401, reason: "authError", code: "AuthenticationRequired", location: "Authorization" },
  denied: { status: 403, reason: "forbidden", code: "AccessDenied" },
  payerMissing: { status: 400, reason: "required", code: "UserProjectMissing" },
  payerDenied: { status: 403, reason: "forbidden", code: "UserProjectAccessDenied" },
  noSuchBucket: { status: 404, reason: "notFound", code: "NoSuchBucket" },
  noSuchObject: { status: 404, reason: "notFound", code: "NoSuchKey" },
  noSuchUpload: { status: 404, reason: "notFound", code: "NoSuchUpload" },
  notModified: { status: 304, reason: "notModified", code: "NotModified" },
  conditionNotMet: { status: 412, reason: "conditionNotMet", code: "PreconditionFailed", location: "If-Match" },
  bucketTaken: { status: 409, reason: "conflict", code: "BucketAlreadyOwnedByYou" },
  bucketNotEmpty: { status: 409, reason: "conflict", code: "BucketNotEmpty" },
  invalid: { status: 400, reason: "invalid", code: "InvalidArgument" },
  tooLarge: { status: 413, reason: "uploadTooLarge", code: "EntityTooLarge" },
  rangeNotSatisfiable: { status: 416, reason: "requestedRangeNotSatisfiable", code: "InvalidRange" },
  notImplemented: { status: 501, reason: "notImplemented", code: "NotImplemented" },
} as const satisfies Record<string, { status: number; reason: string; code: string; location?: string }>;

type RefusalKind = keyof typeof KINDS;

/** Which of the ways in was taken: each words its refusals differently. */
export type RefusalForm = "json" | "media" | "xml";

/** What goes back over the wire. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string;
}

/** Why a request is not carried out. */
export class GcsRefusal extends Error {
  readonly kind: RefusalKind;
  readonly headers: Readonly<Record<string, string>>;

  constructor(kind: RefusalKind, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.name = "GcsRefusal";
    this.kind = kind;
    this.headers = headers;
  }
}

/** The refusal as Cloud Storage words it. Source: "HTTP status and error codes" of the JSON API and of the XML API. */
export function toRefusalAnswer({ kind, message, headers }: GcsRefusal, form: RefusalForm): Answer {
  const { status, reason, code, ...place } = KINDS[kind];
  if (status === 304) return { status, headers };
  if (form === "media") return { status, headers: { ...headers, "content-type": "text/html" }, body: message };
  if (form === "xml") {
    const body = `<?xml version='1.0' encoding='UTF-8'?><Error><Code>${code}</Code><Message>${escapeXml(message)}</Message></Error>`;
    return { status, headers: { ...headers, "content-type": "application/xml; charset=UTF-8" }, body };
  }
  const detail = {
    message,
    domain: "global",
    reason,
    ...("location" in place && { locationType: "header", ...place }),
  };
  const body = JSON.stringify({ error: { code: status, message, errors: [detail] } });
  return { status, headers: { ...headers, "content-type": "application/json; charset=UTF-8" }, body };
}

function escapeXml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}
