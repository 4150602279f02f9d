import type { IncomingMessage } from "node:http";
import type { IncomingRequest } from "@virga/core";

/** The same as a web `Request`, for apps that know nothing else. */
export function toRequest({ method, url, headers, body }: IncomingRequest, incoming: IncomingMessage): Request {
  const pairs = [...new Set([...headers.keys()].map((name) => name.toLowerCase()))].map((name): [string, string] => [
    name,
    headers.get(name) ?? "",
  ]);
  if (body === null) return new Request(url, { method, headers: pairs });
  return new Request(url, { method, headers: pairs, body: toStream(body, incoming), duplex: "half" });
}

/** Nothing is read ahead (`highWaterMark` 0), so an app that refuses by the headers alone never takes the body in. */
function toStream(body: AsyncIterable<Uint8Array>, incoming: IncomingMessage): ReadableStream<Uint8Array> {
  const pieces = body[Symbol.asyncIterator]();
  return new ReadableStream<Uint8Array>(
    {
      pull: async (controller) => {
        const { value, done } = await pieces.next();
        if (done === true) controller.close();
        else controller.enqueue(value);
      },
      cancel: () => {
        incoming.resume();
      },
    },
    { highWaterMark: 0 },
  );
}
