import type { IncomingMessage } from "node:http";
import { GcsRefusal } from "./refusal.ts";

/** Everything is held in memory. */
const MOST_BODY_BYTES = 256 * 1024 * 1024;

/** One request, taken apart. */
export interface Call {
  readonly method: string;
  /** Still encoded, without the slash at its beginning. */
  readonly path: string;
  readonly query: ReadonlyMap<string, string>;
  header(name: string): string | undefined;
  readonly headerNames: readonly string[];
  /** All that came of the body, and whether it ended in good order. */
  readBody(): Promise<{ readonly bytes: Buffer; readonly isWhole: boolean }>;
}

/** @throws GcsRefusal `notImplemented` for a parameter that is given twice. */
export function toCall(incoming: IncomingMessage): Call {
  const [path = "", search = ""] = (incoming.url ?? "/").split("?", 2);
  const given = new URLSearchParams(search);
  const query = new Map(given);
  if (query.size !== given.size) throw new GcsRefusal("notImplemented", `A parameter is given twice: ${search}`);
  return {
    method: incoming.method ?? "GET",
    path: path.slice(1),
    query,
    header: (name) => incoming.headers[name]?.toString(),
    headerNames: Object.keys(incoming.headers),
    readBody: () => readBody(incoming),
  };
}

async function readBody(incoming: IncomingMessage): Promise<{ bytes: Buffer; isWhole: boolean }> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  try {
    for await (const chunk of incoming) {
      sizeBytes += chunk.length;
      if (sizeBytes > MOST_BODY_BYTES)
        throw new GcsRefusal("tooLarge", `More than ${MOST_BODY_BYTES} bytes were sent.`);
      chunks.push(chunk);
    }
  } catch (error) {
    if (error instanceof GcsRefusal) throw error;
  }
  return { bytes: Buffer.concat(chunks), isWhole: incoming.complete };
}
