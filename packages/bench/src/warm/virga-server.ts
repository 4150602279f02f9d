import { createApp } from "@virga/core";
import { startServer } from "@virga/server";
import { askedModels, reportAddress } from "./server-process.ts";

const models = Object.entries(askedModels()).map(([name, path]) => [name, { source: { kind: "file" as const, path } }]);
const app = createApp({ models: Object.fromEntries(models) });
await app.warm();
const { url } = await startServer(app, { port: 0 });
reportAddress(url);
