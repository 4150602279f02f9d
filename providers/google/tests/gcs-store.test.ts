import { expect, it } from "@jest/globals";
import { describeStore } from "@virga/conformance";
import { startStrictGcs } from "@virga/conformance/strict-gcs";
import { createGcsStore, type GcsStoreOptions } from "../src/index.ts";

async function open(options: Partial<GcsStoreOptions>) {
  const server = await startStrictGcs({
    buckets: { models: {}, "paid-by-others": { payingProjects: ["payer"] } },
    // So that every list of more than one object has pages.
    mostPerPage: 2,
  });
  return {
    store: createGcsStore({ bucket: "models", prefix: "teams/vision", endpoint: server.url, ...options }),
    close: async () => {
      await server.close();
      expect(server.misunderstood).toEqual([]);
    },
  };
}

describeStore("Cloud Storage", () => open({}));
describeStore("Cloud Storage, requester pays", () => open({ bucket: "paid-by-others", userProject: "payer" }));

it("reaches a stand-in also where the SDK is told of it by its variable", async () => {
  const server = await startStrictGcs({ buckets: { models: {} } });
  process.env["STORAGE_EMULATOR_HOST"] = server.url.origin;
  try {
    const store = createGcsStore({ bucket: "models", endpoint: server.url });
    await store.write("a", { kind: "bytes", bytes: Buffer.from("one") });
    expect(Buffer.from((await store.read("a"))?.bytes ?? []).toString()).toBe("one");
    expect(await store.info("b")).toBeUndefined();
    expect(server.misunderstood).toEqual([]);
  } finally {
    delete process.env["STORAGE_EMULATOR_HOST"];
    await server.close();
  }
});
