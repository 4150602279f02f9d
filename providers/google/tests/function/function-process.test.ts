import { rm } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "@jest/globals";
import { startStrictGcs } from "@virga/conformance/strict-gcs";
import { createFileStore } from "@virga/core/weights";
import { createGcsStore } from "@virga/google";
import { publishDoubler, withFolder } from "./support/doubler.ts";
import { endFunctionProcesses, startFunctionProcess } from "./support/function-process.ts";
import { TOGETHER } from "./support/together.ts";

const TRACE = "0af7651916cd43dd8448eb211c80319c";
const body = '{"instances":[[1,2],[3,4]]}';
const answer = {
  predictions: [
    [2, 4],
    [6, 8],
  ],
};

function ask(url: string, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${url}/predict`, {
    method: "POST",
    body,
    headers: { "content-type": "application/json", ...headers },
  });
}

afterEach(endFunctionProcesses);

describe("a function in a process of its own, under the functions framework", () => {
  it("has its model from Cloud Storage before the port opens", async () => {
    await withFolder(async (folder) => {
      const server = await startStrictGcs({ buckets: { "paid-by-others": { payingProjects: ["payer"] } } });
      const place = { bucket: "paid-by-others", prefix: "virga", userProject: "payer" };
      await publishDoubler(createGcsStore({ ...place, endpoint: server.url }));
      const child = await startFunctionProcess({
        VIRGA_STORE: "gs://paid-by-others/virga?userProject=payer",
        VIRGA_CACHE: folder,
        STORAGE_EMULATOR_HOST: server.url.href,
      });
      await server.close();
      const response = await ask(child.url);
      expect([response.status, await response.json()]).toEqual([200, answer]);
      expect(server.misunderstood).toEqual([]);
      child.kill("SIGTERM");
      expect(await child.exit).toEqual([0, null]);
    });
  });

  it("stays when its model cannot be loaded, says so, and loads it later", async () => {
    await withFolder(async (folder) => {
      const registry = join(folder, "registry");
      const child = await startFunctionProcess({ VIRGA_STORE: registry, VIRGA_CACHE: join(folder, "cache") });
      expect(child.output()).toContain('"severity":"ERROR"');
      expect((await fetch(`${child.url}/v2/health/ready`)).status).toBe(503);
      expect((await ask(child.url)).status).not.toBe(200);
      await publishDoubler(createFileStore(registry));
      expect((await ask(child.url)).status).toBe(200);
      child.kill("SIGTERM");
      expect(await child.exit).toEqual([0, null]);
    });
  });

  // What Google's conformance client asks of an HTTP function with -validate-concurrency, without a clock.
  it("has as many requests under way at once as come", async () => {
    await withFolder(async (folder) => {
      const registry = join(folder, "registry");
      await publishDoubler(createFileStore(registry));
      const environment = { VIRGA_STORE: registry, VIRGA_CACHE: join(folder, "cache") };
      const child = await startFunctionProcess(environment, "together");
      const answers = await Promise.all(Array.from({ length: TOGETHER }, () => ask(child.url)));
      for (const response of answers) expect([response.status, await response.json()]).toEqual([200, answer]);
      child.kill("SIGTERM");
      await child.exit;
    });
  });

  it("answers what is under way at SIGTERM, and ends", async () => {
    await withFolder(async (folder) => {
      const registry = join(folder, "registry");
      await publishDoubler(createFileStore(registry));
      const child = await startFunctionProcess({ VIRGA_STORE: registry, VIRGA_CACHE: join(folder, "cache") });
      const answers = Array.from({ length: 5 }, () => ask(child.url));
      await child.wrote("begun", 5);
      child.kill("SIGTERM");
      for (const response of await Promise.all(answers)) {
        expect(response.status).toBe(200);
        expect(response.headers.get("connection")).toBe("close");
        expect(await response.json()).toEqual(answer);
      }
      expect(await child.exit).toEqual([0, null]);
    });
  });

  it("logs a failure of ours with its trace, where Cloud Logging looks for it", async () => {
    await withFolder(async (folder) => {
      const registry = join(folder, "registry");
      await publishDoubler(createFileStore(registry));
      await rm(join(registry, "doubler", "blobs"), { recursive: true, force: true });
      const child = await startFunctionProcess({
        VIRGA_STORE: registry,
        VIRGA_CACHE: join(folder, "cache"),
        GOOGLE_CLOUD_PROJECT: "flowers",
      });
      const response = await ask(child.url, { traceparent: `00-${TRACE}-00f067aa0ba902b7-01` });
      expect(response.headers.get("x-request-id")).toBe(TRACE);
      const lines = child
        .output()
        .split("\n")
        .filter((line) => line.startsWith("{"));
      expect(lines.map((line): unknown => JSON.parse(line))).toContainEqual(
        expect.objectContaining({
          severity: "ERROR",
          "logging.googleapis.com/trace": `projects/flowers/traces/${TRACE}`,
        }),
      );
      child.kill("SIGTERM");
      await child.exit;
    });
  });

  it.each([
    ["a CloudEvent in headers", (event: object, data: object) => [toHeaders(event), data] as const],
    [
      "a CloudEvent in the body",
      (event: object, data: object) =>
        [
          { "content-type": "application/cloudevents+json" },
          { ...event, datacontenttype: "application/json", data },
        ] as const,
    ],
    ["an event of the first generation", (event: object, data: object) => [JSON_TYPE, toLegacy(event, data)] as const],
  ])("scores the object of %s", async (_, encode) => {
    await withFolder(async (folder) => {
      const server = await startStrictGcs({ buckets: { models: {}, inbox: {} } });
      await publishDoubler(createGcsStore({ bucket: "models", endpoint: server.url }));
      const inbox = createGcsStore({ bucket: "inbox", endpoint: server.url });
      const generation = await inbox.write("rows.json", { kind: "bytes", bytes: Buffer.from(body) });
      const child = await startFunctionProcess({
        FUNCTION_TARGET: "score",
        FUNCTION_SIGNATURE_TYPE: "cloudevent",
        VIRGA_STORE: "gs://models",
        VIRGA_CACHE: folder,
        STORAGE_EMULATOR_HOST: server.url.href,
      });
      const data = { bucket: "inbox", name: "rows.json", generation, contentType: "application/json", size: "27" };
      const [headers, sent] = encode(EVENT, data);
      const response = await fetch(child.url, { method: "POST", headers, body: JSON.stringify(sent) });
      expect(response.status).toBe(204);
      const predictions = await inbox.read("rows.json.predictions.json");
      expect(JSON.parse(Buffer.from(predictions?.bytes ?? []).toString())).toEqual(answer);
      child.kill("SIGTERM");
      await child.exit;
      await server.close();
    });
  });
});

/** Source: CloudEvents 1.0, and Eventarc's events of Cloud Storage. */
const EVENT = {
  specversion: "1.0",
  id: "12345",
  type: "google.cloud.storage.object.v1.finalized",
  source: "//storage.googleapis.com/projects/_/buckets/inbox",
  subject: "objects/rows.json",
  time: "2026-11-22T10:00:00Z",
};

const JSON_TYPE = { "content-type": "application/json" };

/** Source: functions framework contract, background events. */
function toLegacy(event: object, data: object): object {
  const { id, time, source, subject } = event as Record<string, string>;
  const resource = {
    service: "storage.googleapis.com",
    name: `${source?.replace("//storage.googleapis.com/", "")}/${subject}`,
    type: "storage#object",
  };
  return { context: { eventId: id, timestamp: time, eventType: "google.storage.object.finalize", resource }, data };
}

function toHeaders(event: object): Record<string, string> {
  const attributes = Object.entries(event).map(([name, value]) => [`ce-${name}`, String(value)]);
  return { ...JSON_TYPE, ...Object.fromEntries(attributes) };
}
