import { readFile } from "node:fs/promises";
import { InferenceError } from "@virga/core";
import { requestRecord } from "@virga/core/weights";
import type { S3Credentials } from "../store/s3-location.ts";
import { isRecord, textAt } from "./events/event-record.ts";
import type { CredentialVariable } from "./lambda-environment.ts";

/** Renewed so long before they expire, as the SDK does, because requests take their time. */
const EXPIRY_MARGIN_MS = 5 * 60_000;

/**
 * The function's own keys: from the environment as it is at each call, or, where a snapshot was restored, from the endpoint
 * that the environment names; kept only until shortly before they expire.
 *
 * @throws InferenceError `WEIGHTS_DENIED` where there are none.
 */
export function createLambdaCredentials(
  read: (name: CredentialVariable) => string | undefined,
): () => Promise<S3Credentials> {
  let kept: S3Credentials | undefined;
  let asking: Promise<S3Credentials> | undefined;

  async function ask(uri: string): Promise<S3Credentials> {
    kept = await requestCredentials(uri, await readToken(read));
    return kept;
  }

  return async () => {
    const accessKeyId = read("AWS_ACCESS_KEY_ID");
    const secretAccessKey = read("AWS_SECRET_ACCESS_KEY");
    const sessionToken = read("AWS_SESSION_TOKEN");
    if (accessKeyId !== undefined && secretAccessKey !== undefined) {
      return { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) };
    }
    const uri = read("AWS_CONTAINER_CREDENTIALS_FULL_URI");
    if (uri === undefined) throw noCredentials("the environment has neither keys nor an endpoint that gives some");
    if (kept !== undefined && isFresh(kept)) return kept;
    asking ??= ask(uri).finally(() => {
      asking = undefined;
    });
    return asking;
  };
}

function isFresh({ expiration }: S3Credentials): boolean {
  return expiration !== undefined && expiration.getTime() - Date.now() > EXPIRY_MARGIN_MS;
}

async function readToken(read: (name: CredentialVariable) => string | undefined): Promise<string | undefined> {
  const file = read("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
  return file === undefined ? read("AWS_CONTAINER_AUTHORIZATION_TOKEN") : (await readFile(file, "utf8")).trim();
}

/** Source: AWS SDKs and Tools reference guide, "Container credential provider". */
async function requestCredentials(uri: string, token: string | undefined): Promise<S3Credentials> {
  const url = URL.parse(uri);
  if (url === null) throw noCredentials("their endpoint is no URL");
  const headers: Record<string, string> = token === undefined ? {} : { authorization: token };
  const { status, bytes } = await requestRecord("GET", url, headers);
  const answer = status === 200 ? parse(bytes) : undefined;
  if (!isRecord(answer)) throw noCredentials(`their endpoint answers with status ${status}`);
  const accessKeyId = textAt(answer, "AccessKeyId");
  const secretAccessKey = textAt(answer, "SecretAccessKey");
  if (accessKeyId === undefined || secretAccessKey === undefined) throw noCredentials("their endpoint gives no keys");
  const sessionToken = textAt(answer, "Token");
  const expiration = new Date(textAt(answer, "Expiration") ?? Number.NaN);
  return {
    accessKeyId,
    secretAccessKey,
    ...(sessionToken !== undefined && { sessionToken }),
    ...(!Number.isNaN(expiration.getTime()) && { expiration }),
  };
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString());
  } catch {
    return undefined;
  }
}

function noCredentials(reason: string): InferenceError {
  return new InferenceError("WEIGHTS_DENIED", `The function has no AWS credentials to read weights with: ${reason}.`);
}
