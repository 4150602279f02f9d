import { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { type BucketServer, multiplesModel, publishModel, startBucketServer } from "@virga/conformance/lambda-front";
import { type FunctionAnswer, type FunctionProcess, startFunction } from "./support/start-function.ts";

const BUCKET = "models";
const PREFIX = "virga";

const scale = (factor: number): Uint8Array => multiplesModel(factor, 200_000);

const folder = mkdtempSync(join(tmpdir(), "virga-lambda-"));
const registry = join(folder, "buckets", BUCKET, PREFIX);
let bucket: BucketServer;
let environment: Record<string, string>;
/** What each read of the bucket waits for. */
let held: Promise<void> | undefined;
const running: FunctionProcess[] = [];

async function start(changes: Readonly<Record<string, string>> = {}): Promise<FunctionProcess> {
  const started = await startFunction({ ...environment, ...changes });
  running.push(started);
  return started;
}

const post = (body: string): object => ({
  version: "2.0",
  rawPath: "/predict",
  rawQueryString: "",
  headers: { "content-type": "application/json" },
  requestContext: { http: { method: "POST" }, stage: "$default" },
  body,
  isBase64Encoded: false,
});

beforeAll(async () => {
  mkdirSync(registry, { recursive: true });
  await publishModel(registry, "scale", scale(2));
  bucket = await startBucketServer({ folder: join(folder, "buckets"), onRead: () => held });
  environment = {
    VIRGA_STORE: `s3://${BUCKET}/${PREFIX}`,
    AWS_ENDPOINT_URL_S3: bucket.url,
    AWS_ACCESS_KEY_ID: "test",
    AWS_SECRET_ACCESS_KEY: "secret-text",
    AWS_SESSION_TOKEN: "token-text",
  };
});

afterAll(async () => {
  await Promise.all(running.map((each) => each.stop()));
  await bucket.close();
  rmSync(folder, { recursive: true });
});

describe("a function", () => {
  it("of eight that start at once on one cache answers right, and the weights are there once", async () => {
    const cache = join(folder, "shared");
    const instances = await Promise.all(Array.from({ length: 8 }, () => start({ VIRGA_CACHE: cache })));
    const answers = await Promise.all(instances.map((instance) => instance.ask({ invoke: { X: [21] } })));
    expect(answers.map(({ result }) => result)).toEqual(Array(8).fill({ Y: [42] }));
    expect(readdirSync(join(cache, "sha256")).length).toBe(1);
    await Promise.all(instances.map((instance) => instance.stop()));
  });

  it("leaks nothing in a thousand warm invocations, and leaves nothing running between them", async () => {
    const instance = await start({ VIRGA_CACHE: join(folder, "leaks") });
    const events = [post('{"X":[3]}'), { X: [3] }, post("{"), { X: "?" }];
    const invokeAll = async (times: number): Promise<FunctionAnswer> => {
      for (const invoke of events) await instance.ask({ invoke, times });
      return instance.ask({ invoke: events[0] });
    };
    // Code that is compiled anew while it gets warm takes some megabytes, once.
    const before = await invokeAll(500);
    const after = await invokeAll(250);
    expect(after.result).toMatchObject({ statusCode: 200, body: '{"Y":[6]}' });
    expect(after.resources.filter((kind) => !kind.startsWith("Pipe"))).toEqual([]);
    expect(after.anonymousKb - before.anonymousKb).toBeLessThan(1_536);
  });

  it("follows a promoted version without a deployment", async () => {
    const instance = await start({ VIRGA_CACHE: join(folder, "moves") });
    expect(await instance.ask({ invoke: { X: [1] } })).toMatchObject({ result: { Y: [2] } });
    await publishModel(registry, "scale", scale(5));
    expect(await instance.ask({ invoke: { X: [1] } })).toMatchObject({ result: { Y: [2] } });
    await instance.ask({ invoke: { X: [1] }, forwardMs: 11_000 });
    expect(await instance.ask({ invoke: { X: [1] } })).toMatchObject({ result: { Y: [5] } });
    const swap = instance.log.find(({ event }) => event === "model.swapped");
    expect(swap).toMatchObject({ level: "INFO", requestId: "request-3" });
    expect(instance.log.find((entry) => entry["virga_model_swaps_total"] === 1)).toMatchObject({ outcome: "swapped" });
  });

  it("does not wait long for a bucket that hangs, and follows when it does not", async () => {
    const instance = await start({ VIRGA_CACHE: join(folder, "hangs") });
    const [, before = 0] = /(\d+)/.exec(JSON.stringify((await instance.ask({ invoke: { X: [1] } })).result)) ?? [];
    await publishModel(registry, "scale", scale(Number(before) + 1));
    const { promise, resolve } = Promise.withResolvers<void>();
    held = promise;
    const answer = await instance.ask({ invoke: { X: [1] }, forwardMs: 11_000 });
    held = undefined;
    expect(answer.result).toEqual({ Y: [Number(before)] });
    // A socket that is closed is gone a turn of the loop later.
    const { resources } = await instance.ask({});
    expect(resources.filter((kind) => !kind.startsWith("Pipe"))).toEqual([]);
    const failure = instance.log.find(({ event }) => event === "model.swap.failed");
    expect(failure).toMatchObject({ requestId: "request-2", message: expect.stringContaining("was cancelled") });
    await instance.ask({ invoke: { X: [1] }, forwardMs: 11_000 });
    expect((await instance.ask({ invoke: { X: [1] } })).result).toEqual({ Y: [Number(before) + 1] });
    resolve();
  });

  it("that cannot load its model starts all the same, says why, and tries again", async () => {
    const instance = await start({ VIRGA_CACHE: join(folder, "fails"), VIRGA_STORE: `s3://${BUCKET}/elsewhere` });
    const failure = instance.log.find(({ event }) => event === "model.load.failed");
    expect(failure).toMatchObject({ level: "ERROR", message: expect.stringContaining("s3://models/elsewhere") });
    expect(await instance.ask({ invoke: { X: [1] } })).toMatchObject({ result: { failed: "MODEL_UNKNOWN" } });
    await publishModel(join(folder, "buckets", BUCKET, "elsewhere"), "scale", scale(7));
    expect(await instance.ask({ invoke: { X: [1] } })).toMatchObject({ result: { Y: [7] } });
    expect(JSON.stringify(instance.log)).not.toMatch(/secret-text|token-text/);
  });
});
