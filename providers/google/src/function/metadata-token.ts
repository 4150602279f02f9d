import { InferenceError } from "@virga/core";
import { requestRecord } from "@virga/core/weights";

const PATH = "/computeMetadata/v1/instance/service-accounts/default/token";
/** Renewed this long before its end; the metadata server hands out a new one five minutes before. */
const MARGIN_MS = 4 * 60_000;

interface Token {
  readonly value: string;
  readonly endsAtMs: number;
}

/**
 * Access tokens of the service account that the instance runs as; asked for when first needed and again before they end.
 *
 * Source: Compute Engine, "Authenticate workloads using service accounts".
 *
 * @param host of the metadata server. @throws InferenceError `WEIGHTS_DENIED` where there is none or it gives no token.
 */
export function createMetadataToken(host: string): () => Promise<string> {
  let token: Token | undefined;
  let asking: Promise<Token> | undefined;
  return async () => {
    if (token !== undefined && Date.now() < token.endsAtMs - MARGIN_MS) return token.value;
    asking ??= askToken(host).finally(() => {
      asking = undefined;
    });
    token = await asking;
    return token.value;
  };
}

async function askToken(host: string): Promise<Token> {
  const answer = await requestRecord("GET", new URL(`http://${host}${PATH}`), { "metadata-flavor": "Google" }).catch(
    (cause: unknown) => {
      throw new InferenceError("WEIGHTS_DENIED", `${NO_TOKEN}: the metadata server does not answer.`, { cause });
    },
  );
  const token = answer.status === 200 ? decodeToken(Buffer.from(answer.bytes).toString()) : undefined;
  if (token !== undefined) return token;
  throw new InferenceError("WEIGHTS_DENIED", `${NO_TOKEN}: the metadata server answered with status ${answer.status}.`);
}

const NO_TOKEN = "The function's service account gives no access token; give the function a service account";

function decodeToken(text: string): Token | undefined {
  try {
    const answer: unknown = JSON.parse(text);
    if (typeof answer !== "object" || answer === null) return undefined;
    const { access_token: value, expires_in: seconds } = answer as { access_token?: unknown; expires_in?: unknown };
    if (typeof value !== "string" || typeof seconds !== "number") return undefined;
    return { value, endsAtMs: Date.now() + seconds * 1_000 };
  } catch {
    return undefined;
  }
}
