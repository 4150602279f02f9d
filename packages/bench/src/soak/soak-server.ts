import { setTimeout as sleep } from "node:timers/promises";
import { createApp, type LogEntry } from "@virga/core";
import { WeightCache } from "@virga/core/weights";
import { createWorkerEngine } from "@virga/core/workers";
import { drainOnSignal, startServer } from "@virga/server";
import { SOAK_MODELS } from "./soak-models.ts";
import { ALIAS, cacheFolder, openRegistry } from "./soak-registry.ts";
import type { KeptQuestion, ServiceMessage, ServiceOrder } from "./soak-service.ts";

/** The service under test, as a process of its own: told what to do by its parent, ended by a signal. */
const { folder, timeoutMs, refreshMs, isolation } = JSON.parse(process.argv[2] ?? "") as ServiceOrder;

function tell(message: ServiceMessage): void {
  if (process.connected) process.send?.(message);
}

function log({ level, event, message, requestId, error }: LogEntry): void {
  const details = error === undefined ? {} : { error: error instanceof Error ? (error.stack ?? "") : String(error) };
  tell({ kind: "log", level, event, message, ...(requestId !== undefined && { requestId }), ...details });
}

const registry = openRegistry(folder);
const cache = new WeightCache({ directory: cacheFolder(folder) });
const models = SOAK_MODELS.map(({ name }) => {
  return [name, { source: { kind: "registry" as const, registry, name, reference: ALIAS, cache, refreshMs } }] as const;
});
const engine = createWorkerEngine({ isolation, log });
const app = createApp({ models: Object.fromEntries(models), engine, limits: { timeoutMs }, metrics: true, log });
await app.warm();
const server = await startServer(app, { port: 0, log });
const drained = drainOnSignal(server);
tell({ kind: "listening", url: server.url });
process.on("message", async ({ kind }: KeptQuestion) => {
  if (kind !== "what is kept") return;
  // Buffers are given back after the collection that finds them, and some only by the next one.
  for (let round = 0; round < 3; round++) {
    globalThis.gc?.();
    await sleep(20);
  }
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  tell({ kind: "kept", bytes: heapUsed + arrayBuffers });
});
// A parent that has gone has left nobody to stop it.
process.once("disconnect", () => process.exit(3));
await drained;
tell({ kind: "drained" });
process.removeAllListeners("disconnect");
process.disconnect();
