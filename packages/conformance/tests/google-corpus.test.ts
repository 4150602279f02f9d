import { EventEmitter, once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import type { Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { http } from "@google-cloud/functions-framework";
import { getTestServer } from "@google-cloud/functions-framework/testing";
import { afterAll, beforeAll, describe, it } from "@jest/globals";
import { type App, createApp } from "@virga/core";
import { createHttpHandler, type FrameworkRequest, leaveBodiesUnread } from "@virga/google/function";
import { readNodeTests } from "../src/corpus/node-tests.ts";
import { createInfer } from "../src/corpus/open-inference-client.ts";

const NODE_TESTS = fileURLToPath(new URL("../../../../shared/onnx-node-tests-quick.ndjson.gz", import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), "virga-google-corpus-"));
const owner = Object.assign(new EventEmitter(), { exit: () => undefined });

if (!existsSync(NODE_TESTS))
  it.skip("ONNX backend tests on a Cloud Run function: skipped, because ../shared is absent", () => undefined);
const cases = existsSync(NODE_TESTS) ? readNodeTests(NODE_TESTS, scratch).filter((each) => !each.needsLocale) : [];

/** Each case goes through the functions framework's own server, in both encodings. */
describe("ONNX backend tests on a Cloud Run function", () => {
  let server: Server;
  let app: App;
  let readBodies: () => void;
  let url = "";

  beforeAll(async () => {
    app = createApp({ models: Object.fromEntries(cases.map(({ model }) => [model.name, { source: model.path }])) });
    const handler = createHttpHandler(app, { log: () => undefined, owner });
    http("corpus", (request, response) => handler(request as FrameworkRequest, response));
    readBodies = leaveBodiesUnread();
    server = getTestServer("corpus").listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    url = `http://127.0.0.1:${typeof address === "object" ? address?.port : undefined}`;
  });
  afterAll(async () => {
    readBodies();
    server.closeAllConnections();
    server.close();
    await app.close();
    rmSync(scratch, { recursive: true });
  });

  for (const { name, play } of cases) {
    it.each(["json", "binary"] as const)(`${name} as %s`, (encoding) => play(createInfer(url, encoding)));
  }
});
