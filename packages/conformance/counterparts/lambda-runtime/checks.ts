import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { functionUrl, sendThrough, streamingUrl } from "@virga/conformance/lambda-front";
import { MODEL } from "./artefact.ts";
import { HANGS } from "./hanging-predictor.ts";
import type { RuntimeApi } from "./runtime-api.ts";
import { FACTOR, type Place, SECRET, withFunction } from "./started-function.ts";

/** Twice what Lambda carries at once. */
const MANY_ROWS = 2_000_000;
/** A function that takes longer to start is started anew. Source: Lambda developer guide, "Init phase". */
const INIT_LIMIT_MS = 10_000;
/** With which the weights take longer than that. */
const SLOW_BYTES_PER_SECOND = 70_000;
const SHORT_MS = 2_000;

/** What a function's artefact owes under Lambda's own runtime client, by name. */
export const CHECKS: Readonly<Record<string, (place: Place) => Promise<void>>> = {
  "cold: loaded in the init phase, nothing written but below /tmp": checkCold,
  "warm: a hundred requests, and failures of theirs": checkWarm,
  "invoked directly: documents, and failures by their codes": checkDirect,
  "time-outs: a 504 of ours, and the instance goes on": checkDeadline,
  "binary, exact both ways, and an answer that is too large": checkBinary,
  "streaming: twice what Lambda carries at once": checkStreaming,
  "a start that takes longer than Lambda waits is carried into the first invocation": checkSlowStart,
  "a model that is not there is a clear failure, until it is there": checkMissingModel,
  "a store that no function has ends the init phase with its reason": checkWrongStore,
};

const post = (path: string, body: string): Request =>
  new Request(`http://localhost${path}`, { method: "POST", body, headers: { "content-type": "application/json" } });

const ask = (api: RuntimeApi, path: string, body: string, timeoutMs?: number): Promise<Response> =>
  sendThrough(functionUrl, (payload) => api.invoke(payload, timeoutMs), post(path, body));

async function failureOf(response: Response): Promise<{ code: string; error: string }> {
  return JSON.parse(await response.text());
}

async function checkCold(place: Place): Promise<void> {
  await withFunction(place, {}, async ({ api, reads }) => {
    await api.whenWaiting();
    const readsInInit = reads.length;
    assert.ok(readsInInit > 1, "nothing was read in the init phase");
    assert.deepEqual(await api.invoke('{"X":[1,999999]}'), { kind: "result", text: '{"Y":[3,2999997]}' });
    assert.equal(reads.length, readsInInit, "the first invocation read from the bucket");
    const list = (folder: string): string[] => readdirSync(folder).sort();
    assert.deepEqual(list(place.setup.folder), ["index.mjs", "libonnxruntime.so.1", "onnxruntime_binding.node"]);
    assert.deepEqual(list(join(place.scratch, "home")), []);
    assert.deepEqual(list(join(place.scratch, "tmp")), ["virga", "virga-machine"]);
  });
}

async function checkWarm(place: Place): Promise<void> {
  await withFunction(place, {}, async ({ api, log }) => {
    for (let turn = 0; turn < 100; turn += 1) {
      const response = await ask(api, "/predict", `{"instances":[${turn}]}`);
      assert.deepEqual(await response.json(), { predictions: [turn * FACTOR] });
    }
    for (const [path, body, status, code] of [
      ["/predict", '{"instances":[', 400, "INPUT_INVALID"],
      ["/predict", '{"instances":[1000000]}', 400, "RUN_FAILED"],
      ["/v2/models/none/infer", "{}", 404, "MODEL_UNKNOWN"],
    ] as const) {
      const response = await ask(api, path, body);
      assert.equal(response.status, status);
      assert.equal((await failureOf(response)).code, code);
    }
    await api.whenWaiting();
    expectCleanLog(log);
  });
}

async function checkDirect(place: Place): Promise<void> {
  await withFunction(place, {}, async ({ api }) => {
    const input = { name: "X", datatype: "INT64", shape: [1], data: [7] };
    const answer = await api.invoke(JSON.stringify({ id: "1", inputs: [input] }));
    const output = { name: "Y", datatype: "FP32", shape: [1], data: [21] };
    const document = { model_name: MODEL, model_version: "1", id: "1", outputs: [output] };
    assert.deepEqual(answer, { kind: "result", text: JSON.stringify(document) });
    assert.deepEqual(await api.invoke('{"instances":[2]}'), { kind: "result", text: '{"predictions":[6]}' });
    const failure = await api.invoke('{"X":["none"]}');
    assert.ok(failure.kind === "error" && failure.errorType === "INPUT_INVALID", JSON.stringify(failure));
  });
}

async function checkDeadline(place: Place): Promise<void> {
  await withFunction(place, {}, async ({ api }) => {
    await api.whenWaiting();
    const response = await ask(api, "/predict", `{"instances":[${HANGS}]}`, SHORT_MS);
    assert.equal(response.status, 504);
    assert.equal((await failureOf(response)).code, "DEADLINE_EXCEEDED");
    const direct = await api.invoke(`{"X":[${HANGS}]}`, SHORT_MS);
    assert.ok(direct.kind === "error" && direct.errorType === "DEADLINE_EXCEEDED", JSON.stringify(direct));
    assert.equal((await ask(api, "/predict", '{"instances":[1]}')).status, 200);
  });
}

/** Asks for so many rows, all outputs in binary. */
function rows(count: number): Request {
  const data = Array.from({ length: count }, (_, index) => index % 10).join(",");
  const input = `{"name":"X","datatype":"INT64","shape":[${count}],"data":[${data}]}`;
  return post(`/v2/models/${MODEL}/infer`, `{"inputs":[${input}],"parameters":{"binary_data_output":true}}`);
}

async function expectRows(response: Response, count: number): Promise<void> {
  const bytes = Buffer.from(await response.arrayBuffer());
  assert.equal(response.status, 200, bytes.toString("utf8", 0, 500));
  const headBytes = Number(response.headers.get("inference-header-content-length"));
  assert.equal(bytes.length - headBytes, count * 4);
  for (let index = 0; index < count; index += 1) {
    if (bytes.readFloatLE(headBytes + index * 4) !== (index % 10) * FACTOR) assert.fail(`row ${index} is wrong`);
  }
}

async function checkBinary(place: Place): Promise<void> {
  await withFunction(place, {}, async ({ api }) => {
    await expectRows(await sendThrough(functionUrl, api.invoke, rows(1_000_000)), 1_000_000);
    const response = await sendThrough(functionUrl, api.invoke, rows(MANY_ROWS));
    assert.equal(response.status, 501);
    assert.match(await response.text(), /OUTPUT_TOO_LARGE/);
  });
}

async function checkStreaming(place: Place): Promise<void> {
  await withFunction(place, { handler: "index.streamingHandler" }, async ({ api, log }) => {
    await expectRows(await sendThrough(streamingUrl, api.invoke, rows(MANY_ROWS)), MANY_ROWS);
    const refused = await sendThrough(streamingUrl, api.invoke, post("/predict", "{"));
    assert.equal(refused.status, 400);
    const head = await sendThrough(streamingUrl, api.invoke, new Request("http://localhost/v2", { method: "HEAD" }));
    assert.equal(head.status, 200);
    const direct = await api.invoke('{"X":[5]}');
    assert.ok(direct.kind === "stream" && direct.contentType === "application/json", JSON.stringify(direct));
    assert.equal(Buffer.from(direct.bytes).toString(), '{"Y":[15]}');
    const failure = await api.invoke('{"X":["none"]}');
    assert.ok(failure.kind === "error" && failure.errorType === "INPUT_INVALID", JSON.stringify(failure));
    assert.equal((await sendThrough(streamingUrl, api.invoke, post("/predict", '{"X":[1]}'))).status, 200);
    expectCleanLog(log);
  });
}

async function checkSlowStart(place: Place): Promise<void> {
  const options = { bytesPerSecond: SLOW_BYTES_PER_SECOND };
  await withFunction(place, options, async ({ api, reads }) => {
    const startedAtMs = performance.now();
    await api.whenWaiting();
    const waitedMs = performance.now() - startedAtMs;
    assert.ok(waitedMs < INIT_LIMIT_MS, `the init phase took ${waitedMs} ms`);
    assert.ok(waitedMs > INIT_LIMIT_MS / 2, "the weights were there too early for this check to say anything");
    assert.deepEqual(await api.invoke('{"X":[4]}'), { kind: "result", text: '{"Y":[12]}' });
    assert.equal(reads.filter((path) => path.includes("production")).length, 1, "the load was begun anew");
  });
}

async function checkMissingModel(place: Place): Promise<void> {
  await withFunction(place, { isPublished: false }, async ({ api, log, publish }) => {
    const { code, error } = await failureOf(await ask(api, "/predict", '{"X":[1]}'));
    assert.equal(code, "MODEL_UNKNOWN");
    assert.match(error, /s3:\/\/models\/virga has no multiples@production/);
    await publish();
    assert.equal((await ask(api, "/predict", '{"X":[1]}')).status, 200);
    expectCleanLog(log);
    assert.ok(log.some((line) => JSON.parse(line).event === "model.load.failed"));
  });
}

async function checkWrongStore(place: Place): Promise<void> {
  const environment = { VIRGA_STORE: "gs://models/virga" };
  const apis: RuntimeApi[] = [];
  const started = withFunction(place, { environment }, ({ api }) => {
    apis.push(api);
    return api.whenWaiting();
  });
  await assert.rejects(started, /ended with/);
  assert.match(apis[0]?.initError?.errorMessage ?? "", /gs:\/\/models\/virga/);
}

/** Every line is one JSON object as Lambda's own are, or metrics as CloudWatch takes them, and holds no secret. */
function expectCleanLog(log: readonly string[]): void {
  for (const line of log) {
    assert.ok(!line.includes(SECRET), "the log holds a secret");
    const { timestamp, level, _aws: metrics } = JSON.parse(line);
    if (metrics !== undefined) continue;
    assert.match(timestamp, /^\d{4}-\d\d-\d\dT/);
    assert.match(level, /^(?:INFO|WARN|ERROR)$/);
  }
}
