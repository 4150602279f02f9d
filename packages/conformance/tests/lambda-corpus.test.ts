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
  type Invoked,
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

    it("as a document that the function is invoked with", () =>
      play(
        createInfer("http://127.0.0.1", "json", async (request) =>
          answerDirectly(await invoke(await toDocument(request))),
        ),
      ));

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

/** The document of a request to a model. */
async function toDocument(request: Request): Promise<string> {
  const [, name = ""] = /\/v2\/models\/([^/]+)\/infer$/.exec(request.url) ?? [];
  const head = `{"model_name":${JSON.stringify(decodeURIComponent(name))},`;
  return head + (await request.text()).slice(1);
}

function answerDirectly(invoked: Invoked): Response {
  if (invoked.kind === "result") return new Response(invoked.text);
  const failure = invoked.kind === "error" ? { error: invoked.errorMessage, code: invoked.errorType } : {};
  return Response.json(failure, { status: 400 });
}
