import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { type StrictGcs, startStrictGcs } from "@virga/conformance/strict-gcs";
import { createApp, type LogEntry } from "@virga/core";
import { createGcsStore } from "@virga/google";
import { createObjectClient } from "../../src/function/object-client.ts";
import { createObjectScorer } from "../../src/function/score-object.ts";
import type { StorageEvent } from "../../src/function/storage-event.ts";
import { DOUBLER } from "./support/doubler.ts";

const TYPE = "google.cloud.storage.object.v1.finalized";
const INSTANCES = '{"instances":[[1,2]]}';

let server: StrictGcs;

beforeAll(async () => {
  server = await startStrictGcs({ buckets: { inbox: {}, "read-only": { denied: ["storage.objects.create"] } } });
});

afterAll(async () => {
  await server.close();
  expect(server.misunderstood).toEqual([]);
});

function createScorer(bucket = "inbox", scored?: string) {
  const app = createApp({
    models: { doubler: { source: { kind: "bytes", bytes: DOUBLER } } },
    // Who puts an object there was let in by the bucket.
    apiKeySha256: "0".repeat(64),
  });
  const entries: LogEntry[] = [];
  const client = createObjectClient(async () => undefined, server.url);
  const store = createGcsStore({ bucket, endpoint: server.url });
  return {
    entries,
    score: createObjectScorer(app, client, (entry) => void entries.push(entry), scored),
    /** Puts an object there and gives its event. */
    async put(name: string, text: string): Promise<StorageEvent> {
      const generation = await store.write(name, { kind: "bytes", bytes: Buffer.from(text) });
      const data = { bucket, name, generation, contentType: "application/json", size: String(text.length) };
      return { id: "event-1", type: TYPE, data };
    },
    async read(name: string): Promise<unknown> {
      const found = await store.read(name);
      return found && JSON.parse(Buffer.from(found.bytes).toString());
    },
    async names(): Promise<string[]> {
      const names: string[] = [];
      for await (const { key } of store.list("")) names.push(key);
      return names;
    },
    close: () => app.close(),
  };
}

describe("an object that arrives in a bucket", () => {
  it.each(["rows.json", "deep/er/rows", "a b", "a+b&c=d", "ż🌧?x#y", "a%2Fb", "..."])(
    "is scored, and its predictions are beside it: %s",
    async (name) => {
      const { score, put, read, close } = createScorer();
      await score(await put(name, INSTANCES));
      expect(await read(`${name}.predictions.json`)).toEqual({ predictions: [[2, 4]] });
      await close();
    },
  );

  it("has its refusal beside it where it is no right body", async () => {
    const { score, put, read, close } = createScorer();
    await score(await put("damaged", '{"instances":[[1,2'));
    expect(await read("damaged.predictions.json")).toMatchObject({ code: "INPUT_INVALID", requestId: "event-1" });
    await close();
  });

  it("has a refusal beside it where it is too large, and is not read", async () => {
    const { score, put, read, close } = createScorer();
    const event = await put("huge", INSTANCES);
    await score({ ...event, data: { ...event.data, size: String(33 * 2 ** 20) } });
    expect(await read("huge.predictions.json")).toMatchObject({ code: "INPUT_TOO_LARGE" });
    await close();
  });

  it("is left alone where it is a prediction", async () => {
    const { score, put, names, close } = createScorer();
    const before = await names();
    await score(await put("x.predictions.json", "{}"));
    expect((await names()).length).toBe(before.length + 1);
    await close();
  });

  it("is left alone where it stands for an empty folder", async () => {
    const { score, put, read, close } = createScorer();
    await score(await put("empty/", ""));
    expect(await read("empty/.predictions.json")).toBeUndefined();
    await close();
  });

  it.each(["gs://inbox/in", "gs://inbox/in/"])("is scored in the folder that is named alone: %s", async (scored) => {
    const { score, put, read, close } = createScorer("inbox", scored);
    for (const name of ["in/rows", "in/deep/rows", "inner/rows", "rows-outside"])
      await score(await put(name, INSTANCES));
    const found = await Promise.all(
      ["in/rows", "in/deep/rows", "inner/rows", "rows-outside"].map((name) => read(`${name}.predictions.json`)),
    );
    expect(found.map((each) => each !== undefined)).toEqual([true, true, false, false]);
    await close();
  });

  it("is forgotten where it has gone or was replaced", async () => {
    const { score, put, read, entries, close } = createScorer();
    const old = await put("replaced", INSTANCES);
    await put("replaced", "{}");
    await score(old);
    expect(await read("replaced.predictions.json")).toBeUndefined();
    expect(entries).toMatchObject([{ event: "object.gone", requestId: "event-1" }]);
    await close();
  });

  it("is delivered again where its predictions may not be written yet", async () => {
    const { score, close } = createScorer("read-only");
    const data = { bucket: "read-only", name: "x", generation: "1", size: String(33 * 2 ** 20) };
    await expect(score({ id: "event-1", type: TYPE, data })).rejects.toMatchObject({
      code: "WEIGHTS_DENIED",
      message: expect.stringContaining("roles/storage.objectUser"),
    });
    await close();
  });

  it("is not delivered for ever where its predictions can never be written", async () => {
    const { score, entries, close } = createScorer();
    const data = { bucket: "inbox", name: "\u0000", generation: "1", size: String(33 * 2 ** 20) };
    await score({ id: "event-1", type: TYPE, data: { ...data, bucket: "no-such-bucket" } });
    expect(entries).toMatchObject([{ level: "error", event: "object.refused" }]);
    await close();
  });

  it.each([
    [
      "another type",
      { type: "google.cloud.storage.object.v1.deleted", data: { bucket: "b", name: "n", generation: 1 } },
    ],
    ["no data", { type: TYPE }],
  ])("is told of in the log where the event has %s", async (_, event: StorageEvent) => {
    const { score, entries, close } = createScorer();
    await score(event);
    expect(entries).toMatchObject([{ level: "error", event: "event.unknown" }]);
    await close();
  });
});
