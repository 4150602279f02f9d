import type { HeaderReader } from "../tracing/header-reader.ts";

/** A request as the app reads it: a web `Request`, or what an adapter has that is cheaper to make. */
export interface IncomingRequest {
  readonly method: string;
  /** Absolute. */
  readonly url: string;
  readonly headers: HeaderReader;
  /** As it was sent; read once, and no further than it is asked for. */
  readonly body: AsyncIterable<Uint8Array> | null;
}
