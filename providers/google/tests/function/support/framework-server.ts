import { EventEmitter, once } from "node:events";
import type { Server } from "node:http";
import { http } from "@google-cloud/functions-framework";
import { getTestServer } from "@google-cloud/functions-framework/testing";
import type { InferenceApp, LogEntry } from "@virga/core";
import { createHttpHandler, type FrameworkRequest } from "../../../src/function/http-handler.ts";
import { leaveBodiesUnread } from "../../../src/function/unread-bodies.ts";

/** A process that is told to end and does not end the tests. */
class EndingProcess extends EventEmitter {
  readonly exited: Promise<number>;
  #leave: (code: number) => void = () => undefined;

  constructor() {
    super();
    this.exited = new Promise((resolve) => {
      this.#leave = resolve;
    });
  }

  exit(code: number): void {
    this.#leave(code);
  }
}

/** An app behind the functions framework's own server, in this process. */
export interface FrameworkServer {
  readonly url: string;
  readonly entries: readonly LogEntry[];
  /** Ends as the platform ends an instance; gives the code it ended with. */
  terminate(): Promise<number>;
  close(): Promise<void>;
}

let count = 0;

/** @param timeoutMs of the platform. */
export async function startFrameworkServer(app: InferenceApp, timeoutMs?: number): Promise<FrameworkServer> {
  const readBodies = leaveBodiesUnread();
  const owner = new EndingProcess();
  const entries: LogEntry[] = [];
  const log = (entry: LogEntry) => void entries.push(entry);
  count += 1;
  const handler = createHttpHandler(app, { log, owner, ...(timeoutMs && { timeoutMs }) });
  http(`app-${count}`, (request, response) => handler(request as FrameworkRequest, response));
  const server = getTestServer(`app-${count}`);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: urlOf(server),
    entries,
    terminate: () => {
      owner.emit("SIGTERM");
      return owner.exited;
    },
    close: async () => {
      readBodies();
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

function urlOf(server: Server): string {
  const address = server.address();
  return `http://127.0.0.1:${typeof address === "object" ? address?.port : undefined}`;
}
