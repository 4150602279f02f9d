import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type IncomingMessage, request, type ServerResponse } from "node:http";
import { buffer } from "node:stream/consumers";
import { startStrictGcs } from "../../src/strict-gcs/index.ts";
import { fakeGcsServer } from "../fake-gcs-server.ts";
import { withStandIn } from "../stand-in.ts";

/** Buckets, their policies and who acts for them, not what is in them. */
const BUCKET_CALL = /^\/storage\/v1\/(?:b(?:\/[^/]+(?:\/iam)?)?|projects\/[^/]+\/serviceAccount)$/;

/** Cloud Storage, as a deployer and a function meet it. */
export interface CloudStorage {
  readonly url: URL;
  /** fake-gcs-server itself, which holds the objects. */
  readonly objects: URL;
  /** What was asked of buckets that the strict stand-in does not know. */
  readonly misunderstood: readonly string[];
}

/**
 * Runs `work` with a Cloud Storage whose objects are fake-gcs-server's. That server forgets a bucket's labels and knows
 * no policies, so that our strict stand-in answers what is asked of a bucket itself.
 */
export async function withCloudStorage(folder: string, work: (storage: CloudStorage) => Promise<void>): Promise<void> {
  const buckets = await startStrictGcs({ buckets: {} });
  const front = createServer().listen(0, "127.0.0.1");
  await once(front, "listening");
  const address = front.address();
  const url = new URL(`http://127.0.0.1:${typeof address === "object" ? address?.port : undefined}/`);
  try {
    await withStandIn(fakeGcsServer(folder, url), async (fakeGcs) => {
      const objects = new URL(fakeGcs);
      front.on("request", (incoming: IncomingMessage, response: ServerResponse) => {
        void answer(incoming, response, buckets.url, objects);
      });
      await work({ url, objects, misunderstood: buckets.misunderstood });
    });
  } finally {
    front.closeAllConnections();
    front.close();
    await buckets.close();
  }
}

interface Call {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

async function answer(incoming: IncomingMessage, response: ServerResponse, buckets: URL, objects: URL): Promise<void> {
  const { method = "GET", url: path = "/", headers } = incoming;
  try {
    const call: Call = { method, path, headers, body: await buffer(incoming) };
    const isOfBuckets = BUCKET_CALL.test(new URL(path, objects).pathname);
    const answered = isOfBuckets ? await askBoth(call, buckets, objects) : await ask(objects, call);
    response.writeHead(answered.statusCode ?? 502, answered.headers);
    answered.pipe(response);
  } catch (error) {
    response.writeHead(502).end(String(error));
  }
}

/** A bucket is made and removed in both: whether it is empty, only who holds its objects knows. */
async function askBoth(call: Call, buckets: URL, objects: URL): Promise<IncomingMessage> {
  if (call.method !== "POST" && call.method !== "DELETE") return ask(buckets, call);
  const first = await ask(objects, call);
  if (first.statusCode !== 200) return first;
  first.resume();
  return ask(buckets, call);
}

async function ask(server: URL, { method, path, headers, body }: Call): Promise<IncomingMessage> {
  const outgoing = request(new URL(path, server), { method, headers });
  outgoing.end(body);
  const [answered]: IncomingMessage[] = await once(outgoing, "response");
  if (answered === undefined) throw new Error(`${method} ${path} was not answered.`);
  return answered;
}
