import type { IncomingMessage, ServerResponse } from "node:http";

const owed = new WeakMap<IncomingMessage, ServerResponse>();

/** Remembers a client that sends its body only when it is asked to. Source: RFC 9110, section 10.1.1. */
export function oweContinue(incoming: IncomingMessage, outgoing: ServerResponse): void {
  owed.set(incoming, outgoing);
}

export function isContinueOwed(incoming: IncomingMessage): boolean {
  return owed.has(incoming);
}

/** Asks for the body, where the client waits for that. */
export function payContinue(incoming: IncomingMessage): void {
  const outgoing = owed.get(incoming);
  if (outgoing === undefined) return;
  owed.delete(incoming);
  outgoing.writeContinue();
}
