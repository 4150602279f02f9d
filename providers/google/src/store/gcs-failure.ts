import { type FailureCode, InferenceError } from "@virga/core";

/** What was tried, where, and the permission that it needs. */
export interface GcsAction {
  readonly name: string;
  readonly permission: string;
  readonly bucket: string;
  readonly key: string;
}

interface GoogleError {
  readonly message: string;
  readonly code?: unknown;
}

/** An error of the SDK as one of ours, with the SDK's as its cause; what is ours already is kept. */
export function toGcsFailure(error: unknown, action: GcsAction): unknown {
  if (InferenceError.is(error) || !isGoogleError(error)) return error;
  const [code, message] = explain(error, action);
  return new InferenceError(code, message, { cause: error });
}

/** A resumable upload is rejected with a plain object in place of an `Error`. */
function isGoogleError(error: unknown): error is GoogleError {
  if (typeof error !== "object" || error === null || !("message" in error)) return false;
  return typeof error.message === "string" && !(error instanceof Error && error.name === "AbortError");
}

function explain(error: GoogleError, { name, permission, bucket, key }: GcsAction): [FailureCode, string] {
  const object = `gs://${bucket}/${key}`;
  const status = Number(error.code);
  if (/default credentials|invalid_grant|could not refresh access token/i.test(error.message)) {
    return [
      "WEIGHTS_DENIED",
      "No valid Google credentials were found: run `gcloud auth application-default login`, set " +
        "GOOGLE_APPLICATION_CREDENTIALS, or give the service a service account.",
    ];
  }
  if (/requester pays/i.test(error.message)) {
    return [
      "WEIGHTS_DENIED",
      `${bucket} is a requester-pays bucket: name the project that pays (\`userProject\`, or gs://${bucket}?userProject=PROJECT).`,
    ];
  }
  if (/serviceusage\.services\.use|UserProjectAccessDenied/.test(error.message)) {
    return [
      "WEIGHTS_DENIED",
      `May not ${name} ${object}: grant serviceusage.services.use on the project that pays for ${bucket} to this account.`,
    ];
  }
  if (status === 412) return ["WRITE_CONFLICT", `${object} was written by someone else meanwhile.`];
  if (status === 404)
    return ["WEIGHTS_MISSING", `There is no bucket ${bucket}: create it, or mend the name in the config.`];
  if (status === 401) return ["WEIGHTS_DENIED", `Google does not accept these credentials for ${object}: renew them.`];
  if (status === 403) {
    return ["WEIGHTS_DENIED", `May not ${name} ${object}: grant ${permission} on the bucket to this account.`];
  }
  return [
    "WEIGHTS_UNREACHABLE",
    `Could not ${name} ${object}: ${Number.isNaN(status) ? error.message : `status ${status}`}.`,
  ];
}

/** Whether the SDK says that the object itself, not its bucket, is not there. */
export function isMissingObject(error: unknown): boolean {
  return (
    error instanceof Error &&
    "code" in error &&
    Number(error.code) === 404 &&
    !/bucket does not exist/i.test(error.message)
  );
}

/** What a refused range means; nothing where it is worth another try. */
export function explainAnswer(status: number, body: string, action: GcsAction): InferenceError | undefined {
  if (status === 404 && !/NoSuchBucket|bucket does not exist/i.test(body)) {
    return new InferenceError("WEIGHTS_MISSING", `There is no object gs://${action.bucket}/${action.key}.`);
  }
  if (![400, 401, 403, 404].includes(status)) return undefined;
  const [code, message] = explain({ message: body, code: status }, action);
  return code === "WEIGHTS_UNREACHABLE" ? undefined : new InferenceError(code, message);
}
