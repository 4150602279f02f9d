import { expect } from "@jest/globals";
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
