import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { type StrictGcs, startStrictGcs } from "@virga/conformance/strict-gcs";
import type { ModelStore } from "@virga/core/weights";
import { createGcsStore } from "../src/index.ts";
import { createGcsReader, type GcsReaderOptions } from "../src/store/gcs-reader.ts";

let server: StrictGcs;

beforeAll(async () => {
  server = await startStrictGcs({
    buckets: {
      models: {},
      forbidden: { denied: ["storage.objects.get"] },
      "let-in-by-token": { token: "secret" },
      "paid-by-others": { payingProjects: ["payer"] },
    },
  });
});

afterAll(async () => {
  await server.close();
  expect(server.misunderstood).toEqual([]);
});

function openReader(bucket: string, options: Partial<GcsReaderOptions> = {}): ModelStore {
  return createGcsReader({ bucket, prefix: "teams", endpoint: server.url, token: async () => undefined, ...options });
}

const bytes = Buffer.from("one");

describe("a bucket that is read without the SDK", () => {
  it("gives what the store wrote, under the store's own tag", async () => {
    const store = createGcsStore({ bucket: "models", prefix: "teams", endpoint: server.url });
    const reader = openReader("models");
    for (const key of ["a b", "a+b", "ż🌧", "a%20b", "deep/er"]) {
      const tag = await store.write(key, { kind: "bytes", bytes });
      const read = await reader.read(key);
      expect(Buffer.from(read?.bytes ?? []).toString()).toBe("one");
      expect(read?.tag).toBe(tag);
      expect(await reader.readIfChanged(key, tag)).toBe("unchanged");
      await store.write(key, { kind: "bytes", bytes });
      expect(await reader.readIfChanged(key, tag)).toMatchObject({ tag: (await store.info(key))?.tag });
    }
    expect(await reader.read("none")).toBeUndefined();
  });

  it("is paid for by the project that was named", async () => {
    const access = { bucket: "paid-by-others", prefix: "teams", endpoint: server.url, userProject: "payer" };
    await createGcsStore(access).write("a", { kind: "bytes", bytes });
    const read = await openReader("paid-by-others", { userProject: "payer" }).read("a");
    expect(Buffer.from(read?.bytes ?? []).toString()).toBe("one");
  });

  it("is opened by a token", async () => {
    expect(await openReader("let-in-by-token", { token: async () => "secret" }).read("a")).toBeUndefined();
  });

  it.each([
    ["forbidden", {}, "WEIGHTS_DENIED", "grant storage.objects.get"],
    ["absent", {}, "WEIGHTS_MISSING", "no bucket absent"],
    ["let-in-by-token", {}, "WEIGHTS_DENIED", "credentials for gs://let-in-by-token/teams/a"],
    ["paid-by-others", {}, "WEIGHTS_DENIED", "name the project that pays"],
    ["paid-by-others", { userProject: "stranger" }, "WEIGHTS_DENIED", "serviceusage.services.use"],
  ])("is refused in clear words: %s %j", async (bucket, options, code, words) => {
    const reader = openReader(bucket, options);
    const refused = { code, message: expect.stringContaining(words) };
    await expect(reader.read("a")).rejects.toMatchObject(refused);
    await expect(reader.readIfChanged("a", "1")).rejects.toMatchObject(refused);
  });
});
