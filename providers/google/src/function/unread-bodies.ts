import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { IncomingMessage } from "node:http";

const REQUEST_STARTS = "http.server.request.start";

/**
 * Keeps the functions framework from reading bodies before the function does: it answers what is labelled as JSON and is
 * none (as tensors in binary after a JSON header are) with a page of HTML, and takes in up to 1 GB of anything else. Its
 * parsers go by the media type, so they do not get to see one; `rawHeaders` still has it. This holds for every server of
 * the process until it is called off.
 *
 * Source: Node.js, diagnostics channel `http.server.request.start`; body-parser 2, "type".
 */
export function leaveBodiesUnread(): () => void {
  subscribe(REQUEST_STARTS, hideMediaType);
  return () => void unsubscribe(REQUEST_STARTS, hideMediaType);
}

function hideMediaType(message: unknown): void {
  delete (message as { readonly request: IncomingMessage }).request.headers["content-type"];
}
