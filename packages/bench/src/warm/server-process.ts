import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { forkOn } from "../frame/processors.ts";

/** A server in a process of its own, as it is in real life: it shares neither event loop nor heap with the client. */
export interface ServerProcess {
  readonly url: string;
  readonly pid: number;
  stop(): Promise<void>;
}

export interface ServerProcessOptions {
  /** Paths of `.onnx` files by model name. */
  readonly models: Readonly<Record<string, string>>;
  /** Where the process writes a CPU profile at its end. */
  readonly profileDirectory?: string;
  /** Those that it runs on; any where absent. */
  readonly processors?: string | undefined;
}

/** Starts `entry` and waits until it says where it listens. @throws Error when it ends before. */
export async function startServerProcess(entry: URL, options: ServerProcessOptions): Promise<ServerProcess> {
  const { models, profileDirectory, processors } = options;
  const flags = [
    "--conditions=virga:source",
    "--disable-warning=ExperimentalWarning",
    ...(profileDirectory ? ["--cpu-prof", `--cpu-prof-dir=${profileDirectory}`] : []),
  ];
  const child = fork(fileURLToPath(entry), [JSON.stringify(models)], forkOn(processors, flags));
  const ended = once(child, "exit");
  const [url] = await Promise.race([
    once(child, "message") as Promise<[string]>,
    ended.then(([code]) => Promise.reject(new Error(`${entry.pathname} ended with ${code} before it listened`))),
  ]);
  return {
    url,
    pid: child.pid ?? 0,
    async stop() {
      if (child.connected) child.disconnect();
      await ended;
    },
  };
}

/** The other side: tells the parent the address, and ends with it, so that nothing is left behind. */
export function reportAddress(url: string): void {
  process.send?.(url);
  process.once("disconnect", () => process.exit());
}

/** The models that the parent asked for. */
export function askedModels(): Record<string, string> {
  return JSON.parse(process.argv[2] ?? "{}") as Record<string, string>;
}
