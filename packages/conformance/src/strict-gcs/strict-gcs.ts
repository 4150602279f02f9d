import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import { type Limits, sendBody } from "../fault-server/send-body.ts";
import { SharedLink } from "../fault-server/shared-link.ts";
import { answerRequest, type Service } from "./answer-request.ts";
import { toResource } from "./object-answers.ts";
import type { Answer } from "./refusal.ts";
import { ResumableUploads } from "./resumable-uploads.ts";
import { createBucket, type StrictBucketOptions } from "./stored-buckets.ts";

export interface StrictGcsOptions {
  readonly buckets: Readonly<Record<string, StrictBucketOptions>>;
  /** Objects in one page of a list, whatever more is asked for; 1000 where absent. */
  readonly mostPerPage?: number;
  /** Bound of each connection. */
  readonly bytesPerSecond?: number;
  /** Bound of all connections together. */
  readonly linkBytesPerSecond?: number;
  readonly firstByteDelayMs?: number;
  /** Told of each object that is stored, as its resource. */
  readonly onFinalized?: (object: Readonly<Record<string, string>>) => void;
}

/** A stand-in for Cloud Storage on 127.0.0.1, in memory. */
export interface StrictGcs {
  readonly url: URL;
  /** What was asked that it does not know, each answered 501: a client whose conditions go unheard proves nothing. */
  readonly misunderstood: readonly string[];
  close(): Promise<void>;
}

/**
 * Starts a server that speaks as much of the JSON API as a store of models needs, and ranged reads of the XML API; it
 * heeds every precondition and refuses whatever it does not know.
 *
 * Source: Cloud Storage, JSON API v1 reference, "Request preconditions", "Resumable uploads" and "Requester Pays".
 */
export async function startStrictGcs({
  buckets,
  mostPerPage = 1_000,
  linkBytesPerSecond,
  firstByteDelayMs = 0,
  onFinalized,
  ...limits
}: StrictGcsOptions): Promise<StrictGcs> {
  const misunderstood: string[] = [];
  const tell: Service["onFinalized"] = (bucket, object) => onFinalized?.(toResource(bucket, object));
  const service: Service = {
    buckets: new Map(Object.entries(buckets).map(([name, options]) => [name, createBucket(name, options, tell)])),
    onFinalized: tell,
    uploads: new ResumableUploads(),
    mostPerPage,
    misunderstood,
  };
  const link = linkBytesPerSecond === undefined ? undefined : new SharedLink(linkBytesPerSecond);
  const send = (response: ServerResponse, answer: Answer): void => {
    sendAnswer(response, answer, { ...limits, ...(link && { link }) });
  };
  const server = createServer((incoming, response) => {
    void answerRequest(incoming, service).then((answer) => {
      if (firstByteDelayMs === 0) send(response, answer);
      else setTimeout(() => send(response, answer), firstByteDelayMs);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" ? address?.port : undefined;
  return {
    url: new URL(`http://127.0.0.1:${port}/`),
    misunderstood,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

function sendAnswer(response: ServerResponse, { status, headers, body = "" }: Answer, limits: Limits): void {
  response.statusCode = status;
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  if (status === 204 || status === 304) response.end();
  else sendBody(response, typeof body === "string" ? Buffer.from(body) : body, undefined, limits);
}
