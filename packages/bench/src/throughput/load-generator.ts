import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { LoadOrder, LoadReport } from "./load.ts";

/** A process of its own that puts services under load, one order at a time. */
export interface LoadGenerator {
  /** @throws Error when the process ended before it reported. */
  run(order: LoadOrder): Promise<LoadReport>;
  stop(): Promise<void>;
}

export function startLoadGenerator(): LoadGenerator {
  const entry = fileURLToPath(new URL("./load-generator-process.ts", import.meta.url));
  const execArgv = ["--conditions=virga:source", "--disable-warning=ExperimentalWarning"];
  const child = fork(entry, { execArgv, serialization: "advanced" });
  const ended = once(child, "exit");
  const failed = ended.then(([code]) => Promise.reject(new Error(`the load generator ended with ${code}`)));
  failed.catch(() => undefined);
  return {
    async run(order) {
      const reported = once(child, "message") as Promise<[LoadReport]>;
      child.send(order);
      const [report] = await Promise.race([reported, failed]);
      return report;
    },
    async stop() {
      if (child.connected) child.disconnect();
      await ended;
    },
  };
}
