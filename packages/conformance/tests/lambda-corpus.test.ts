import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, it } from "@jest/globals";
import { createLambdaHandler, createStreamingHandler } from "@virga/aws/lambda";
import { createApp } from "@virga/core";
import { readNodeTests } from "../src/corpus/node-tests.ts";
import { createInfer } from "../src/corpus/open-inference-client.ts";
import {
  BUFFERED_FRONTS,
  createLocalInvoke,
  createLocalStreamingInvoke,
  LOCAL_PLATFORM,
  sendThrough,
  streamingUrl,
} from "../src/lambda-front/index.ts";

const NODE_TESTS = fileURLToPath(new URL("../../../../shared/onnx-node-tests-quick.ndjson.gz", import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), "virga-lambda-corpus-"));
afterAll(() => rmSync(scratch, { recursive: true }));

if (!existsSync(NODE_TESTS))
  it.skip("ONNX backend tests on Lambda: skipped, because ../shared is absent", () => undefined);
const cases = existsSync(NODE_TESTS) ? readNodeTests(NODE_TESTS, scratch).filter((each) => !each.needsLocale) : [];

/** Each case goes through one front after the other in JSON, and through all of them in binary. */
for (const [index, { name, model, play }] of cases.entries()) {
  describe(`ONNX backend tests on Lambda: ${name}`, () => {
    const app = createApp({ models: { [model.name]: { source: model.path } } });
    const service = { app, log: () => undefined, underWay: new Set<string>() };
    const invoke = createLocalInvoke(createLambdaHandler(service));
    const stream = createLocalStreamingInvoke(createStreamingHandler(service, LOCAL_PLATFORM));
    afterAll(() => app.close());

    const fronts = [...BUFFERED_FRONTS, streamingUrl];
    for (const [turn, front] of fronts.entries()) {
      const send = (request: Request): Promise<Response> =>
        sendThrough(front, front === streamingUrl ? stream : invoke, request);
      it(`binary through a ${front.name}`, () => play(createInfer("http://127.0.0.1", "binary", send)));
      if (index % fronts.length !== turn) continue;
      it(`JSON through a ${front.name}`, () => play(createInfer("http://127.0.0.1", "json", send)));
    }
  });
}
