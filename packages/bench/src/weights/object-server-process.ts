import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

/** What the server's process is told. */
export interface ServerOrder {
  /** Files by the path of their URL. */
  readonly files: Readonly<Record<string, string>>;
  /** Bound of each connection; none where absent. */
  readonly bytesPerSecond?: number;
  /** Bound of all connections together; none where absent. */
  readonly linkBytesPerSecond?: number;
  readonly firstByteDelayMs: number;
  readonly secure: boolean;
}

/** An object store in a process of its own, as it is in real life. */
export interface ObjectServer {
  readonly endpoint: string;
  readonly certificateAuthority: string;
  /** Connections that carried ranges of the largest file since this was asked last. */
  usedConnections(): Promise<number>;
  stop(): Promise<void>;
}

/** The bucket whose models have a wrong bit. */
export const CORRUPT_BUCKET = "corrupt";

/** Starts a server and waits until it listens. @throws Error when it ends before. */
export async function startObjectServer(order: ServerOrder): Promise<ObjectServer> {
  const entry = fileURLToPath(new URL("./object-server.ts", import.meta.url));
  const child = fork(entry, [JSON.stringify(order)], {
    execArgv: ["--conditions=virga:source", "--disable-warning=ExperimentalWarning"],
  });
  const ended = once(child, "exit");
  const early = ended.then(([code]) => Promise.reject(new Error(`the object server ended with ${code}`)));
  early.catch(() => undefined);
  const [{ url, certificateAuthority }] = await Promise.race([
    once(child, "message") as Promise<[{ url: string; certificateAuthority: string }]>,
    early,
  ]);
  return {
    endpoint: url,
    certificateAuthority,
    async usedConnections() {
      child.send("connections");
      const [used] = await (once(child, "message") as Promise<[number]>);
      return used;
    },
    async stop() {
      if (child.connected) child.disconnect();
      await ended;
    },
  };
}
