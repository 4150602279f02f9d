import { createApp } from "@virga/core";
import { createWorkerEngine } from "@virga/core/workers";
import { drainOnSignal, startServer } from "@virga/server";
import { askedService } from "./asked-service.ts";

/** As `virga serve` does it, with nothing tuned. */
const { port, name, path, batching } = askedService();
const app = createApp({
  models: { [name]: { source: { kind: "file", path }, batching } },
  engine: createWorkerEngine(),
  metrics: true,
});
await app.warm();
await drainOnSignal(await startServer(app, { port }));
