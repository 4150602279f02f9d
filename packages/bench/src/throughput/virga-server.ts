import { createApp } from "@virga/core";
import { drainOnSignal, startServer } from "@virga/server";
import { askedService } from "./asked-service.ts";

/** As `virga serve` does it, with nothing tuned. */
const { port, name, path } = askedService();
const app = createApp({ models: { [name]: { source: { kind: "file", path } } } });
await app.warm();
await drainOnSignal(await startServer(app, { port }));
