import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

/** What the service's process is told. */
export interface ServiceOrder {
  readonly folder: string;
  readonly timeoutMs: number;
  readonly refreshMs: number;
  readonly isolation: Isolation;
}

/** What the service's workers are. */
export type Isolation = "thread" | "process";

/** What the service's process tells. */
export type ServiceMessage =
  | { readonly kind: "listening"; readonly url: string }
  | { readonly kind: "drained" }
  | { readonly kind: "kept"; readonly bytes: number }
  | {
      readonly kind: "log";
      readonly level: string;
      readonly event: string;
      readonly message: string;
      readonly requestId?: string;
      readonly error?: string;
    };

/** What the service's process is asked for: what it keeps when all garbage is collected. */
export interface KeptQuestion {
  readonly kind: "what is kept";
}

export type LoggedEvent = Extract<ServiceMessage, { kind: "log" }>;

/** A service that runs in a process of its own. */
export interface SoakService {
  readonly url: string;
  readonly pid: number;
  /** Resolves with its exit code, or the signal that killed it, when it has ended for whatever reason. */
  readonly ended: Promise<number | string>;
  /** What its main thread keeps, in its heap and of buffers, when all garbage is collected; NaN once it has ended. */
  keptMegabytes(): Promise<number>;
  /** Asks it to drain. */
  drain(): void;
  /** Ends it whatever it does. */
  kill(): Promise<void>;
}

/** Starts the service and waits until it listens. @throws Error when it ends before. */
export async function startSoakService(order: ServiceOrder, onLog: (event: LoggedEvent) => void): Promise<SoakService> {
  const child = fork(fileURLToPath(new URL("./soak-server.ts", import.meta.url)), [JSON.stringify(order)], {
    execArgv: ["--conditions=virga:source", "--disable-warning=ExperimentalWarning", "--expose-gc"],
  });
  const ended = once(child, "exit").then(([code, signal]: unknown[]) => (code ?? signal) as number | string);
  const url = await Promise.race([
    listening(child, onLog),
    ended.then((code) => Promise.reject(new Error(`the service ended with ${code} before it listened`))),
  ]);
  return {
    url,
    pid: child.pid ?? 0,
    ended,
    keptMegabytes: () => Promise.race([keptMegabytes(child), ended.then(() => Number.NaN)]),
    drain: () => {
      child.kill("SIGTERM");
    },
    async kill() {
      child.kill("SIGKILL");
      await ended;
    },
  };
}

function listening(child: ChildProcess, onLog: (event: LoggedEvent) => void): Promise<string> {
  return new Promise((resolve) => {
    child.on("message", (message: ServiceMessage) => {
      if (message.kind === "listening") resolve(message.url);
      if (message.kind === "log") onLog(message);
    });
  });
}

function keptMegabytes(child: ChildProcess): Promise<number> {
  return new Promise((resolve) => {
    const hear = (message: ServiceMessage): void => {
      if (message.kind !== "kept") return;
      child.off("message", hear);
      resolve(message.bytes / 1e6);
    };
    child.on("message", hear);
    child.send({ kind: "what is kept" } satisfies KeptQuestion);
  });
}
