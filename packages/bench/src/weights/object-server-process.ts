import { type ChildProcess, fork } from "node:child_process";
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

/** A store in a process of its own, as it is in real life. */
export interface StoreServer {
  readonly endpoint: string;
  stop(): Promise<void>;
}

/** A store that speaks no more than objects and their ranges, which all clouds have alike. */
export interface ObjectServer extends StoreServer {
  readonly certificateAuthority: string;
  /** Connections that carried ranges of the largest file since this was asked last. */
  usedConnections(): Promise<number>;
}

/** The bucket whose models have a wrong bit. */
export const CORRUPT_BUCKET = "corrupt";

/** Starts a server and waits until it listens. @throws Error when it ends before. */
export async function startObjectServer(order: ServerOrder): Promise<ObjectServer> {
  const { child, greeting, stop } = await startServerProcess<{ url: string; certificateAuthority: string }>(
    "./object-server.ts",
    order,
  );
  return {
    endpoint: greeting.url,
    certificateAuthority: greeting.certificateAuthority,
    async usedConnections() {
      child.send("connections");
      const [used] = await (once(child, "message") as Promise<[number]>);
      return used;
    },
    stop,
  };
}

/** Starts a stand-in for Cloud Storage, with its interfaces and checksums; without TLS. @throws Error when it ends before. */
export async function startCloudStorage(order: ServerOrder): Promise<StoreServer> {
  const { greeting, stop } = await startServerProcess<{ url: string }>("./cloud-storage-server.ts", order);
  return { endpoint: greeting.url, stop };
}

interface ServerProcess<Greeting> {
  readonly child: ChildProcess;
  readonly greeting: Greeting;
  stop(): Promise<void>;
}

async function startServerProcess<Greeting>(program: string, order: ServerOrder): Promise<ServerProcess<Greeting>> {
  const child = fork(fileURLToPath(new URL(program, import.meta.url)), [JSON.stringify(order)], {
    execArgv: ["--conditions=virga:source", "--disable-warning=ExperimentalWarning"],
  });
  const ended = once(child, "exit");
  const early = ended.then(([code]) => Promise.reject(new Error(`the object server ended with ${code}`)));
  early.catch(() => undefined);
  const [greeting] = await Promise.race([once(child, "message") as Promise<[Greeting]>, early]);
  return {
    child,
    greeting,
    async stop() {
      if (child.connected) child.disconnect();
      await ended;
    },
  };
}
