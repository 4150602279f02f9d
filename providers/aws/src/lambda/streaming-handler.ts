import { once } from "node:events";
import type { Writable } from "node:stream";
import { splitHeaders } from "./buffered-answer.ts";
import { isRecord } from "./events/event-record.ts";
import { findFront } from "./events/find-front.ts";
import { toRequest } from "./events/http-event.ts";
import { invokeDirectly } from "./invoke-directly.ts";
import type { LambdaContext, LambdaHandler } from "./lambda-context.ts";
import { type LambdaService, respond, withinInvocation } from "./respond.ts";

/** The stream that Lambda gives a streaming handler. */
export interface LambdaStream extends Writable {
  /** Before the first write. */
  setContentType(type: string): void;
}

type StreamingFunction = (event: unknown, stream: LambdaStream, context: LambdaContext) => Promise<void>;

/** What Lambda's runtime has in the global `awslambda`. Source: Lambda developer guide, "Response streaming". */
export interface StreamingPlatform {
  /** Marks a handler as one that streams. */
  streamifyResponse(handler: StreamingFunction): LambdaHandler;
  readonly HttpResponseStream: {
    /** A stream whose first write is preceded by an answer's head. */
    from(stream: LambdaStream, head: { statusCode: number; headers: object; cookies: readonly string[] }): Writable;
  };
}

/** Answers invocations while they are being answered, so that answers may be larger than Lambda's 6 MB. */
export function createStreamingHandler(service: LambdaService, platform: StreamingPlatform): LambdaHandler {
  const { HttpResponseStream } = platform;

  async function answer(event: unknown, stream: LambdaStream, context: LambdaContext): Promise<void> {
    const fronted = findFront(event);
    if (fronted === undefined) {
      const text = await invokeDirectly(service, event, context);
      stream.setContentType("application/json");
      return send([text], stream);
    }
    const response = await respond(service, () => toRequest(fronted.front.read(fronted.event)), context);
    const { headers, cookies } = splitHeaders(response.headers);
    const target = HttpResponseStream.from(stream, { statusCode: response.status, headers, cookies });
    // The head goes out with the first piece, even where that is empty.
    target.write("");
    await send(response.body ?? [], target);
  }

  return platform.streamifyResponse((event, stream, context) =>
    withinInvocation(service, context, () => answer(event, stream, context)),
  );
}

/** By hand: what Lambda gives has only some of a stream's methods. */
async function send(pieces: AsyncIterable<Uint8Array> | Iterable<string>, stream: Writable): Promise<void> {
  for await (const piece of pieces) {
    if (!stream.write(piece)) await once(stream, "drain");
  }
  stream.end();
}

/** What the runtime offers, if it offers streaming. */
export function findStreamingPlatform(): StreamingPlatform | undefined {
  const found: unknown = Reflect.get(globalThis, "awslambda");
  return isStreamingPlatform(found) ? found : undefined;
}

function isStreamingPlatform(value: unknown): value is StreamingPlatform {
  return isRecord(value) && "streamifyResponse" in value && "HttpResponseStream" in value;
}
