import { Agent, type IncomingMessage, request } from "node:http";
import type { Body } from "./bodies.ts";

/** One connection, kept open, on which requests follow one another. */
export interface HttpClient {
  /** Resolves with the whole answer. @throws Error for any status but 200. */
  post(path: string, body: Body): Promise<Answer>;
  close(): void;
}

export interface Answer {
  readonly headers: IncomingMessage["headers"];
  readonly bytes: Buffer;
}

export function connect(origin: string): HttpClient {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  return {
    post: (path, body) => post(new URL(path, origin), body, agent),
    close: () => agent.destroy(),
  };
}

function post(url: URL, { bytes, headers }: Body, agent: Agent): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      {
        agent,
        host: url.hostname,
        port: url.port,
        path: url.pathname,
        method: "POST",
        headers: { ...headers, "content-length": String(bytes.byteLength) },
      },
      (incoming) => {
        const pieces: Buffer[] = [];
        incoming.on("data", (piece: Buffer) => pieces.push(piece));
        incoming.on("error", reject);
        incoming.on("end", () => {
          const answer = { headers: incoming.headers, bytes: Buffer.concat(pieces) };
          if (incoming.statusCode === 200) resolve(answer);
          else reject(new Error(`${url.pathname} answered ${incoming.statusCode}: ${answer.bytes.toString()}`));
        });
      },
    );
    outgoing.on("error", reject);
    outgoing.end(bytes);
  });
}
