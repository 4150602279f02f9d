import { createServer, type Server } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { type InferenceApp, InferenceError } from "@virga/core";
import { answerClientError } from "./client-error.ts";
import { oweContinue } from "./expected-continue.ts";
import { createRequestListener } from "./request-listener.ts";
import { DEFAULT_TIMEOUTS, type Log, type ServerOptions } from "./server-options.ts";

/** How often the bounds for slow clients are checked. */
const CHECK_INTERVAL_MS = 1_000;
const SWEEP_INTERVAL_MS = 50;
/**
 * Connections that may wait to be accepted, as far as the system lets them: those beyond the bound, which is 511 in Node,
 * are told nothing and try again after 1, 2, 4 … s.
 */
const WAITING_CONNECTIONS = 4_096;

/** An app that answers on a port. */
export interface RunningServer {
  /** Such as `http://127.0.0.1:8080`. */
  readonly url: string;
  readonly port: number;
  /**
   * Takes no more connections, lets the requests under way finish (those that outlast the grace time are cut off), then
   * closes the app; idempotent.
   */
  drain(): Promise<void>;
}

/**
 * Serves an app over HTTP/1.1 with node:http.
 *
 * @throws InferenceError `CONFIG_INVALID` when the port is taken or may not be used.
 */
export async function startServer(app: InferenceApp, options: ServerOptions): Promise<RunningServer> {
  const { host = "127.0.0.1", port, log = () => undefined } = options;
  const timeouts = { ...DEFAULT_TIMEOUTS, ...options.timeouts };
  let draining: Promise<void> | undefined;
  const isDraining = (): boolean => draining !== undefined;
  const listener = createRequestListener(app, { isDraining, stalledMs: timeouts.stalledMs, log });
  const server = createServer(
    {
      headersTimeout: timeouts.headersMs,
      requestTimeout: timeouts.requestMs,
      keepAliveTimeout: timeouts.keepAliveMs,
      connectionsCheckingInterval: CHECK_INTERVAL_MS,
      // Node answers a missing Host with an empty 400; the listener answers it with the reason.
      requireHostHeader: false,
    },
    listener,
  );
  // Otherwise Node asks for every body, also for those that are to be refused.
  server.on("checkContinue", (incoming, outgoing) => {
    oweContinue(incoming, outgoing);
    listener(incoming, outgoing);
  });
  server.on("clientError", answerClientError);
  const connections = trackConnections(server);
  leaveUnwritten(server, connections);
  await listen(server, host, port);
  server.on("error", (error) => logServerError(log, error));
  const boundPort = (server.address() as AddressInfo).port;
  return {
    url: `http://${host.includes(":") ? `[${host}]` : host}:${boundPort}`,
    port: boundPort,
    drain: () => {
      draining ??= closeServer(server, connections, timeouts.graceMs).then(() => app.close());
      return draining;
    },
  };
}

function logServerError(log: Log, error: Error): void {
  log({ level: "error", event: "server.failed", message: "The server failed.", error });
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const refuse = (error: NodeJS.ErrnoException): void => reject(toListenError(error, host, port));
    server.once("error", refuse);
    server.listen({ host, port, backlog: WAITING_CONNECTIONS }, () => {
      server.off("error", refuse);
      resolve();
    });
  });
}

const LISTEN_FAILURES: Readonly<Record<string, (host: string, port: number) => string>> = {
  EADDRINUSE: (_, port) => `Port ${port} is taken: stop the program that uses it, or choose another with --port.`,
  EACCES: (_, port) => `Port ${port} may not be used by this user: choose one above 1023 with --port.`,
  EADDRNOTAVAIL: (host) => `The address ${host} does not belong to this machine: choose another with --host.`,
  ENOTFOUND: (host) => `The host name ${host} is unknown: choose another with --host.`,
};

function toListenError(error: NodeJS.ErrnoException, host: string, port: number): InferenceError {
  const describe = LISTEN_FAILURES[error.code ?? ""];
  const message = describe?.(host, port) ?? `The server cannot listen on ${host}:${port} (${error.code ?? "unknown"}).`;
  return new InferenceError("CONFIG_INVALID", message, { cause: error });
}

/** Idle connections go at once, busy ones with `Connection: close` on their answer, the rest after the grace time. */
async function closeServer(server: Server, connections: ReadonlySet<Socket>, graceMs: number): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  // Node counts a connection that has never sent a byte as busy.
  for (const connection of connections) if (connection.bytesRead === 0) connection.destroy();
  // An answer whose headers were out before draining began leaves an open connection behind.
  const sweep = setInterval(() => server.closeIdleConnections(), SWEEP_INTERVAL_MS);
  const cutOff = setTimeout(() => server.closeAllConnections(), graceMs);
  await closed;
  clearInterval(sweep);
  clearTimeout(cutOff);
}

/**
 * Closes idle connections only when every answer has left the process: Node counts one as ended once it was handed over,
 * and would cut it off where a slow client has yet to get the rest.
 */
function leaveUnwritten(server: Server, connections: ReadonlySet<Socket>): void {
  const closeIdleConnections = server.closeIdleConnections.bind(server);
  server.closeIdleConnections = () => {
    for (const connection of connections) if (connection.writableLength > 0) return;
    closeIdleConnections();
  };
}

function trackConnections(server: Server): ReadonlySet<Socket> {
  const connections = new Set<Socket>();
  server.on("connection", (connection) => {
    connections.add(connection);
    connection.once("close", () => connections.delete(connection));
  });
  return connections;
}
