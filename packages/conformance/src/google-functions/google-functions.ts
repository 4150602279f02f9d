import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { AllowPolicy, type PolicyBinding } from "./allow-policy.ts";
import { answerCall } from "./answer-call.ts";
import { DeployedFunctions } from "./deployed-functions.ts";
import { type EventDelivery, EventTriggers } from "./event-triggers.ts";
import { GoogleApiError } from "./google-error.ts";
import { LogStore } from "./log-store.ts";
import { answerMetadata, type Identity, isIdentityToken } from "./metadata-answers.ts";

/** What the stand-in is for. */
export interface GoogleFunctionsOptions {
  readonly project: string;
  /** Added to every instance's environment, such as `STORAGE_EMULATOR_HOST`. */
  readonly instanceEnvironment?: Readonly<Record<string, string>>;
  /** Cloud Storage, whose buckets trigger functions. */
  readonly storage?: URL;
  /** Roles of the project; those that its default service account has from the beginning where absent. */
  readonly bindings?: readonly PolicyBinding[];
}

/** A failure on demand: of the next call whose `METHOD /path` it fits. */
export interface PlannedFailure {
  readonly call: RegExp;
  readonly error: GoogleApiError;
}

/** A stand-in for Cloud Functions v2, the IAM of Cloud Run v1 and v2, Cloud Logging and the metadata server. */
export interface GoogleFunctions {
  readonly url: URL;
  /** Every call of an API: `METHOD /path?query`. */
  readonly calls: readonly string[];
  /** What was refused because Google's description does not know it. */
  readonly misunderstood: readonly string[];
  /** Every attempt to hand an event to a function, in order. */
  readonly deliveries: readonly EventDelivery[];
  /** Tells that an object has been stored, as its resource. */
  deliver(object: Readonly<Record<string, string>>): void;
  /** Resolves when every event has been taken, or given up. */
  settled(): Promise<void>;
  failNext(failure: PlannedFailure): void;
  /** Fails the next operation, such as a build. */
  failNextOperation(error: GoogleApiError): void;
  close(): Promise<void>;
}

const MOST_BODY_BYTES = 256 * 1024 * 1024;
const ACCESS_TOKEN = "stand-in-access-token";

/**
 * Starts the stand-in on 127.0.0.1. It takes only what Google's published API description knows, keeps what is created,
 * and really runs each function's source under the functions framework.
 *
 * Source: Cloud Functions API v2, Cloud Run Admin API v1 and v2, IAM, Cloud Logging API v2.
 */
export async function startGoogleFunctions(options: GoogleFunctionsOptions): Promise<GoogleFunctions> {
  const { project, instanceEnvironment = {} } = options;
  const defaultServiceAccount = "123456789012-compute@developer.gserviceaccount.com";
  const editor = { role: "roles/editor", members: [`serviceAccount:${defaultServiceAccount}`] };
  const policy = new AllowPolicy(options.bindings ?? [editor]);
  const storageAgent = "service-123456789012@gs-project-accounts.iam.gserviceaccount.com";
  const triggers = new EventTriggers({ storage: options.storage, policy, storageAgent });
  const identity: Identity = { project, serviceAccount: defaultServiceAccount, accessToken: ACCESS_TOKEN };
  const logs = new LogStore();
  const isCaller = (token: string, audience: string): boolean => isIdentityToken(token, audience, identity);
  const functions = new DeployedFunctions({ defaultServiceAccount, instanceEnvironment, isCaller, logs, triggers });
  const calls: string[] = [];
  const misunderstood: string[] = [];
  const failures: PlannedFailure[] = [];

  async function answer(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(incoming.url ?? "/", `http://${incoming.headers.host}`);
    const metadata = answerMetadata(url, identity);
    if (metadata !== undefined) {
      response.writeHead(200, { "metadata-flavor": "Google" });
      response.end(metadata);
      return;
    }
    const name = `${incoming.method} ${decodeURIComponent(url.pathname)}`;
    calls.push(`${name}${url.search}`);
    try {
      const body = await readBody(incoming);
      const planned = failures.findIndex(({ call }) => call.test(name));
      const [failure] = planned === -1 ? [] : failures.splice(planned, 1);
      if (failure !== undefined) throw failure.error;
      const { headers, method = "GET" } = incoming;
      const isAuthorized = headers.authorization === `Bearer ${ACCESS_TOKEN}`;
      send(
        response,
        200,
        await answerCall({ method, url, body, isAuthorized, headers }, { functions, logs, project, policy }),
      );
    } catch (error) {
      const known = error instanceof GoogleApiError ? error : new GoogleApiError("INTERNAL", String(error));
      if (["INVALID_ARGUMENT", "UNIMPLEMENTED", "INTERNAL"].includes(known.code)) {
        misunderstood.push(`${name}: ${known.message}`);
      }
      send(response, known.httpStatus, known.toBody());
    }
  }

  const server = createServer((incoming, response) => void answer(incoming, response));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  return {
    url: new URL(`http://127.0.0.1:${typeof address === "object" ? address?.port : undefined}/`),
    calls,
    misunderstood,
    deliveries: triggers.deliveries,
    deliver: (object) => functions.deliver(object),
    settled: () => triggers.settled(),
    failNext: (failure) => void failures.push(failure),
    failNextOperation: (error) => {
      functions.failure = error;
    },
    async close() {
      await functions.close();
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { "content-type": "application/json; charset=UTF-8" });
  response.end(JSON.stringify(body));
}

async function readBody(incoming: IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let sizeBytes = 0;
  for await (const piece of incoming) {
    sizeBytes += piece.length;
    if (sizeBytes > MOST_BODY_BYTES) throw new GoogleApiError("INVALID_ARGUMENT", "The body is too large.");
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}
