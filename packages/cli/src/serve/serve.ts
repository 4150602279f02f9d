import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { type App, createApp, type Limits, type ServiceOptions } from "@virga/core";
import { createWorkerEngine, type WorkerEngineOptions } from "@virga/core/workers";
import { drainOnSignal, type RunningServer, startServer } from "@virga/server";
import type { Terminal } from "../print/terminal.ts";
import { defineService, type ServiceArguments } from "../service/define-service.ts";
import type { ServiceDefinition } from "../service/service-definition.ts";
import { toAppOptions } from "../service/to-app-options.ts";
import { createCurlLine } from "./curl-line.ts";
import { startHotReload } from "./hot-reload.ts";
import { createJsonReport, createTextReport, type Report } from "./report.ts";
import { reportModel } from "./report-model.ts";

export interface ServeArguments extends ServiceArguments {
  readonly port: number;
  readonly host: string;
  readonly watch: boolean;
  readonly json: boolean;
  readonly maxRequestBytes?: number;
  readonly metrics: boolean;
  /** Runs at once; one for each CPU where absent. */
  readonly workers?: number;
  /** Threads of one run. */
  readonly threads?: number;
  readonly isolation: "thread" | "process";
  /** Whether requests that come together may be run together. */
  readonly batching: boolean;
}

/** Where nobody but this machine asks. */
const LOOPBACK = /^(?:127\.\d+\.\d+\.\d+|::1|localhost)$/;

/**
 * Serves models until the process is asked to end.
 *
 * @throws InferenceError for a service that cannot be put together or a port that is taken; a model that does not load is
 * reported, and the service comes up without it.
 */
export async function serve(written: ServeArguments, terminal: Terminal): Promise<void> {
  const report = written.json ? createJsonReport(terminal) : createTextReport(terminal);
  const service = await defineService(written, terminal.folder);
  const { options, predictorFiles } = await toAppOptions(service, terminal);
  // Metrics tell the models' names and how much they are used: others than this machine get them only where that is asked for.
  const metrics = written.metrics || LOOPBACK.test(written.host);
  const engine = createWorkerEngine({ ...workersOf(written), log: report });
  const models = written.batching ? options.models : withoutBatching(options.models);
  const app = createApp({ ...options, models, engine, limits: limitsOf(service, written), metrics, log: report });
  const server = await startServer(app, { host: written.host, port: written.port, log: report });
  const drained = drainOnSignal(server);
  const hotReload = written.watch ? await startHotReload(app, service, predictorFiles, report) : undefined;
  await warm(app, service, terminal.folder, report);
  const folder = await mkdtemp(join(tmpdir(), "virga-"));
  if (!isClosed(app)) await announce(app, service, server, written, { folder, report });
  await drained;
  hotReload?.close();
  await rm(folder, { recursive: true, force: true });
  report({ level: "info", event: "server.stopped", message: "Stopped." });
}

function limitsOf({ timeoutMs }: ServiceDefinition, { maxRequestBytes }: ServeArguments): Partial<Limits> {
  return {
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    ...(maxRequestBytes === undefined ? {} : { maxRequestBytes }),
  };
}

function workersOf({ workers, threads, isolation }: ServeArguments): WorkerEngineOptions {
  return { isolation, ...(workers !== undefined && { workers }), ...(threads !== undefined && { threads }) };
}

type Models = ServiceOptions["models"];

function withoutBatching(models: Models): Models {
  return Object.fromEntries(Object.entries(models).map(([name, model]) => [name, { ...model, batching: "off" }]));
}

async function warm(app: App, service: ServiceDefinition, folder: string, report: Report): Promise<void> {
  const places = service.models.map(({ place }) =>
    place.kind === "file" ? relative(folder, place.path) : `${place.registryName}@${place.reference}`,
  );
  report({ level: "info", event: "service.loading", message: `Loading ${places.join(", ")} …` });
  // What failed stands in the descriptions; the service comes up all the same, and a mended file is taken up.
  await app.warm().catch(() => undefined);
  if (isClosed(app)) return;
  for (const endpoint of app.describe()) reportModel(endpoint, report);
}

/** Whether the service was asked to end while it was still starting. */
function isClosed(app: App): boolean {
  return app.describe().some(({ state }) => state === "closed");
}

async function announce(
  app: App,
  service: ServiceDefinition,
  server: RunningServer,
  { host, watch }: ServeArguments,
  { folder, report }: { folder: string; report: Report },
): Promise<void> {
  const url = host === "0.0.0.0" || host === "::" ? `http://127.0.0.1:${server.port}` : server.url;
  const notes = watch ? "\nChanged models and predictors are taken up as they are saved; Ctrl+C stops." : "";
  report({
    level: "info",
    event: "server.listening",
    message: `Serving on ${server.url}`,
    display: `\nServing on ${server.url} (what it takes: ${url}/openapi.json)${notes}`,
    fields: { url: server.url },
  });
  const curl = await createCurlLine(app, service, url, folder);
  if (curl === undefined) return;
  report({ level: "info", event: "service.example", message: curl, display: `Try it:\n\n  ${curl}\n` });
}
