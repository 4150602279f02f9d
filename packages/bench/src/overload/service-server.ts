import { createApp } from "@virga/core";
import { createWorkerEngine } from "@virga/core/workers";
import { startServer } from "@virga/server";
import { askedModels, reportAddress } from "../warm/server-process.ts";
import { DEADLINE_MS } from "./deadline.ts";

const models = Object.entries(askedModels()).map(([name, path]) => [name, { source: { kind: "file" as const, path } }]);
const engine = createWorkerEngine();
const app = createApp({ models: Object.fromEntries(models), engine, limits: { timeoutMs: DEADLINE_MS } });
await app.warm();
const { url } = await startServer(app, { port: 0 });
reportAddress(url);
