import type { HeaderReader } from "../tracing/header-reader.ts";

/** A body as it was sent; read once, and no further than it is asked for. */
export interface RequestBody extends AsyncIterable<Uint8Array> {
  /** The same in one piece, where the adapter gives it so: a small one is there at once, and pieces cost more than it. */
  whole?(): Promise<Uint8Array>;
}

/** A request as the app reads it: a web `Request`, or what an adapter has that is cheaper to make. */
export interface IncomingRequest {
  readonly method: string;
  /** Absolute. */
  readonly url: string;
  readonly headers: HeaderReader;
  readonly body: RequestBody | null;
}
