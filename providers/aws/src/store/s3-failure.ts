import { type FailureCode, InferenceError } from "@virga/core";

/** What was tried, where, and the permission that it needs. */
export interface S3Action {
  readonly name: string;
  readonly permission: string;
  readonly bucket: string;
  readonly key: string;
}

interface AwsError extends Error {
  readonly $metadata?: { readonly httpStatusCode?: number };
  readonly Code?: string;
  readonly code?: string;
}

/** S3's own words for a failure and what becomes of it; the status decides where none of them is known. */
const BY_NAME: Readonly<Record<string, (action: S3Action) => [FailureCode, string]>> = {
  NoSuchBucket: ({ bucket }) => [
    "WEIGHTS_MISSING",
    `There is no bucket ${bucket}: create it, or mend the name in the config.`,
  ],
  PermanentRedirect: wrongRegion,
  AuthorizationHeaderMalformed: wrongRegion,
  IllegalLocationConstraintException: wrongRegion,
  PreconditionFailed: conflict,
  ConditionalRequestConflict: conflict,
  ExpiredToken: () => [
    "WEIGHTS_DENIED",
    "The AWS credentials have expired: renew them (aws sso login, or a new session token).",
  ],
  ExpiredTokenException: () => [
    "WEIGHTS_DENIED",
    "The AWS credentials have expired: renew them (aws sso login, or a new session token).",
  ],
  InvalidAccessKeyId: () => [
    "WEIGHTS_DENIED",
    "AWS does not know this access key: check AWS_ACCESS_KEY_ID or the profile.",
  ],
  SignatureDoesNotMatch: () => [
    "WEIGHTS_DENIED",
    "The AWS secret key does not fit its access key: check AWS_SECRET_ACCESS_KEY or the profile.",
  ],
  CredentialsProviderError: () => [
    "WEIGHTS_DENIED",
    "No AWS credentials were found: set AWS_PROFILE, run `aws configure` or `aws sso login`, or give the function a role.",
  ],
  RequestTimeTooSkewed: () => ["WEIGHTS_DENIED", "This machine's clock is wrong by more than AWS allows: set it."],
};

function wrongRegion({ bucket }: S3Action): [FailureCode, string] {
  return [
    "WEIGHTS_MISSING",
    `The bucket ${bucket} is in another region: set \`aws.region\` (or AWS_REGION) to the bucket's own.`,
  ];
}

function conflict({ bucket, key }: S3Action): [FailureCode, string] {
  return ["WRITE_CONFLICT", `s3://${bucket}/${key} was written by someone else meanwhile.`];
}

function denied({ name, permission, bucket, key }: S3Action): [FailureCode, string] {
  return [
    "WEIGHTS_DENIED",
    `May not ${name} s3://${bucket}/${key}: allow ${permission} on it (a bucket in another account also needs a bucket ` +
      "policy; a requester-pays bucket needs `requesterPays`, or s3://…?requestPayer=requester; without s3:ListBucket a " +
      "missing object looks the same).",
  ];
}

/** An error of the SDK as one of ours, with the SDK's as its cause; what is ours already is kept. */
export function toS3Failure(error: unknown, action: S3Action): unknown {
  if (!(error instanceof Error) || InferenceError.is(error) || error.name === "AbortError") return error;
  const { name, Code, code, $metadata }: AwsError = error;
  const status = $metadata?.httpStatusCode;
  const [failure, message] =
    explain([name, Code ?? ""], status, action) ??
    unreachable(status === undefined ? (code ?? name) : `status ${status}`, action);
  return new InferenceError(failure, message, { cause: error });
}

/** What a refused range means; nothing where it is worth another try. Source: S3 API, "Error responses". */
export function explainAnswer(status: number, body: string, action: S3Action): InferenceError | undefined {
  const code = /<Code>([A-Za-z]+)<\/Code>/.exec(body)?.[1] ?? "";
  if (code === "NoSuchKey") {
    return new InferenceError("WEIGHTS_MISSING", `There is no object s3://${action.bucket}/${action.key}.`);
  }
  const explained = explain([code], status, action);
  return explained && new InferenceError(...explained);
}

function explain(
  names: readonly string[],
  status: number | undefined,
  action: S3Action,
): [FailureCode, string] | undefined {
  const known = names.map((name) => BY_NAME[name]).find((each) => each !== undefined);
  if (known !== undefined) return known(action);
  if (status === 412 || status === 409) return conflict(action);
  if (status === 301 || status === 307) return wrongRegion(action);
  return status === 401 || status === 403 ? denied(action) : undefined;
}

function unreachable(reason: string, { name, bucket, key }: S3Action): [FailureCode, string] {
  return ["WEIGHTS_UNREACHABLE", `Could not ${name} s3://${bucket}/${key}: ${reason}.`];
}

/** Whether the SDK says that the object itself is not there. */
export function isMissingObject(error: unknown): boolean {
  return error instanceof Error && (error.name === "NoSuchKey" || error.name === "NotFound");
}
