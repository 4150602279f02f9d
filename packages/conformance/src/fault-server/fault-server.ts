import { once } from "node:events";
import { createServer as createPlainServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { Socket } from "node:net";
import type { Fault } from "./fault.ts";
import { sendObject } from "./send-object.ts";
import type { ServedRequest } from "./served-request.ts";
import { SharedLink } from "./shared-link.ts";
import { TEST_CERTIFICATE } from "./test-certificate.ts";

export interface FaultServerOptions {
  /** Bytes by path. */
  readonly objects: Readonly<Record<string, Uint8Array>>;
  /** What goes wrong with this request, if anything. */
  readonly fault?: (request: ServedRequest) => Fault | undefined;
  readonly secure?: boolean;
  /** Bound of each connection. */
  readonly bytesPerSecond?: number;
  /** Bound of all connections together. */
  readonly linkBytesPerSecond?: number;
  readonly firstByteDelayMs?: number;
}

/** An object store on 127.0.0.1: ranges, tags, preconditions, and faults as they are ordered. */
export interface FaultServer {
  readonly url: URL;
  /** Certificate of a secure server, as PEM. */
  readonly certificateAuthority: string;
  readonly requests: readonly ServedRequest[];
  /** Connections that are open now. */
  readonly connections: number;
  close(): Promise<void>;
}

/** Starts the server on a free port. */
export async function startFaultServer(options: FaultServerOptions): Promise<FaultServer> {
  const objects = new Map(Object.entries(options.objects));
  const requests: ServedRequest[] = [];
  const redirects = new Map<string, number>();
  const link = options.linkBytesPerSecond === undefined ? undefined : new SharedLink(options.linkBytesPerSecond);
  const ordinals = new Map<Socket, number>();
  const answer = (incoming: IncomingMessage, response: ServerResponse): void => {
    const connection = ordinals.get(incoming.socket) ?? ordinals.size;
    ordinals.set(incoming.socket, connection);
    const request = toServedRequest(incoming, requests.length, connection);
    requests.push(request);
    const fault = options.fault?.(request);
    if (fault?.kind === "replace") objects.set(request.path, fault.bytes);
    // What a request gets is settled when it arrives, however late the first byte goes out.
    const order = { ...options, request, bytes: objects.get(request.path), fault, redirects, ...(link && { link }) };
    setTimeout(() => sendObject(response, order), options.firstByteDelayMs ?? 0);
  };
  const server = options.secure === true ? createSecureServer(TEST_CERTIFICATE, answer) : createPlainServer(answer);
  let connections = 0;
  server.on("connection", (socket) => {
    connections += 1;
    socket.once("close", () => {
      connections -= 1;
    });
    // Faults break connections on purpose.
    socket.on("error", () => undefined);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" ? address?.port : undefined;
  return {
    url: new URL(`${options.secure === true ? "https" : "http"}://127.0.0.1:${port}/`),
    certificateAuthority: TEST_CERTIFICATE.cert,
    requests,
    get connections() {
      return connections;
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

function toServedRequest({ url = "/", headers }: IncomingMessage, index: number, connection: number): ServedRequest {
  const match = /^bytes=(\d+)-(\d+)$/.exec(headers.range ?? "");
  const path = url.split("?")[0] ?? url;
  if (match === null) return { index, connection, path, headers };
  return { index, connection, path, headers, range: { first: Number(match[1]), last: Number(match[2]) } };
}
