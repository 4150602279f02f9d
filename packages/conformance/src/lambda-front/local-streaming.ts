import { Writable } from "node:stream";
import { finished } from "node:stream/promises";
import type { Invoke } from "./invoked.ts";
import { createContext, describeError, type LocalContext } from "./local-invoke.ts";

/** Marks the end of the head. Source: aws-lambda-ric, "http-response-stream". */
const HEAD_END = Buffer.alloc(8);
const HEAD_TYPE = "application/vnd.awslambda.http-integration-response";
const STREAMING = Symbol.for("aws.lambda.runtime.handler.streaming");

/** Keeps what a handler writes; its first write is told to whoever wants to write before it. */
class LocalStream extends Writable {
  contentType = "application/octet-stream";
  beforeFirstWrite: (() => void) | undefined;
  readonly pieces: Buffer[] = [];

  constructor() {
    super({ highWaterMark: 1024 });
  }

  setContentType(type: string): void {
    this.contentType = type;
  }

  override write(chunk: unknown, ...rest: never[]): boolean {
    const tell = this.beforeFirstWrite;
    this.beforeFirstWrite = undefined;
    tell?.();
    return super.write(chunk, ...rest);
  }

  override _write(chunk: Buffer, _: BufferEncoding, done: () => void): void {
    this.pieces.push(Buffer.from(chunk));
    setImmediate(done);
  }
}

type StreamingFunction = (event: unknown, stream: LocalStream, context: LocalContext) => Promise<void>;
type Handler = (event: unknown, context: LocalContext) => Promise<unknown>;

/** The global `awslambda` of the runtime, for handlers of this process. */
export const LOCAL_PLATFORM = {
  streamifyResponse: (handler: StreamingFunction): Handler =>
    Object.assign(handler, { [STREAMING]: "response" }) as never,
  HttpResponseStream: {
    from(stream: Writable, head: object): Writable {
      if (!(stream instanceof LocalStream)) throw new TypeError("This is not the stream that the handler was given.");
      stream.setContentType(HEAD_TYPE);
      stream.beforeFirstWrite = () => {
        stream.write(JSON.stringify(head));
        stream.write(HEAD_END);
      };
      return stream;
    },
  },
};

/** Calls a streaming handler of this process as Lambda's runtime does. */
export function createLocalStreamingInvoke(handler: Handler, timeoutMs = 30_000): Invoke {
  const streaming = handler as unknown as StreamingFunction;
  if (!(STREAMING in handler)) throw new TypeError("The handler does not stream.");
  return async (payload) => {
    const stream = new LocalStream();
    try {
      await streaming(JSON.parse(payload), stream, createContext(timeoutMs));
      if (!stream.writableEnded) throw new Error("The stream was not ended.");
      await finished(stream);
      return { kind: "stream", contentType: stream.contentType, bytes: Buffer.concat(stream.pieces) };
    } catch (error) {
      return describeError(error);
    }
  };
}
