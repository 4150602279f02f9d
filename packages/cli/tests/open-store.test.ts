import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { type StrictGcs, startStrictGcs } from "@virga/conformance/strict-gcs";
import { openStore } from "../src/registry/open-store.ts";
import { toModelPlace } from "../src/service/model-place.ts";

let server: StrictGcs;

beforeAll(async () => {
  server = await startStrictGcs({ buckets: { models: {}, "paid-by-others": { payingProjects: ["payer"] } } });
});
afterAll(() => server.close());

const open = (uri: string) => openStore(uri, ".", { STORAGE_EMULATOR_HOST: server.url.origin });

describe("a store by its URI", () => {
  it("is the bucket and the prefix", async () => {
    const store = await open("gs://models//teams/vision/");
    expect(store.uri).toBe("gs://models/teams/vision");
    await store.write("a", { kind: "bytes", bytes: Buffer.from("one") });
    const whole = await open("gs://models");
    expect(Buffer.from((await whole.read("teams/vision/a"))?.bytes ?? []).toString()).toBe("one");
  });

  it("names the project that pays", async () => {
    const bytes = Buffer.from("one");
    await expect((await open("gs://paid-by-others/teams")).write("a", { kind: "bytes", bytes })).rejects.toMatchObject({
      code: "WEIGHTS_DENIED",
      message: expect.stringContaining("gs://paid-by-others?userProject=PROJECT"),
    });
    const paying = await open("gs://paid-by-others/teams?userProject=payer");
    await paying.write("a", { kind: "bytes", bytes });
    expect((await paying.info("a"))?.sizeBytes).toBe(3);
  });

  it("names it in a model's reference as well", async () => {
    const place = toModelPlace("gs://paid-by-others/teams?userProject=payer/iris@production", ".");
    expect(place).toMatchObject({ store: "gs://paid-by-others/teams?userProject=payer", registryName: "iris" });
  });

  it("says who pays for a bucket of S3", async () => {
    const headersOf = async (uri: string): Promise<object> => {
      const access = { AWS_ENDPOINT_URL: "http://127.0.0.1:9" };
      const location = (await openStore(uri, ".", access)).locate("a");
      if (location.kind !== "http") throw new Error("an S3 object is fetched over HTTP");
      return (await location.request({ first: 0, last: 0 })).headers;
    };
    const given = { ...process.env };
    Object.assign(process.env, { AWS_ACCESS_KEY_ID: "key", AWS_SECRET_ACCESS_KEY: "secret", AWS_REGION: "eu-west-1" });
    try {
      expect(await headersOf("s3://models/teams")).not.toHaveProperty("x-amz-request-payer");
      expect(await headersOf("s3://models/teams?requestPayer=requester")).toMatchObject({
        "x-amz-request-payer": "requester",
      });
    } finally {
      process.env = given;
    }
  });

  it.each([
    "gs://",
    "s3:///prefix",
    "gs://models?userProject=",
    "gs://models?userproject=payer",
    "gs://models?userProject=payer&endpoint=x",
    "s3://models?requestPayer=me",
    "s3://models?userProject=payer",
    "ftp://models",
  ])("is refused when it cannot be meant: %s", async (uri) => {
    await expect(open(uri)).rejects.toMatchObject({ code: "CONFIG_INVALID", message: expect.stringContaining(uri) });
  });
});
