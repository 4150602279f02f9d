import { once } from "node:events";
import { createServer } from "node:http";
import { afterEach, describe, expect, it } from "@jest/globals";
import { createJsonLog } from "../../src/lambda/json-log.ts";
import { createLambdaCredentials } from "../../src/lambda/lambda-credentials.ts";
import { readLambdaEnvironment } from "../../src/lambda/lambda-environment.ts";
import { openStore } from "../../src/lambda/open-store.ts";
import { threadsFor } from "../../src/lambda/threads.ts";

describe("threads", () => {
  it.each([
    [128, 1],
    [1024, 1],
    [1769, 1],
    [2653, 1],
    [2654, 2],
    [3538, 2],
    [10240, 6],
    [0, 1],
  ])("of %i MB are %i", (memoryMb, threads) => {
    expect(threadsFor(memoryMb)).toBe(threads);
  });
});

describe("the log", () => {
  const lines: string[] = [];
  const log = createJsonLog(
    (line) => lines.push(line),
    () => "now-1",
  );
  const written = (): Record<string, unknown> => JSON.parse(lines.pop() ?? "");

  it("is one line of JSON with Lambda's names", () => {
    log({ level: "info", event: "model.swapped", message: "two\nlines" });
    expect(lines[0]?.indexOf("\n")).toBe((lines[0]?.length ?? 0) - 1);
    expect(written()).toEqual({
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      level: "INFO",
      requestId: "now-1",
      event: "model.swapped",
      message: "two\nlines",
    });
  });

  it("tells an error's stack and causes, and none of its fields", () => {
    const cause = Object.assign(new TypeError("inner"), { headers: { authorization: "secret-text" } });
    log({ level: "error", event: "e", message: "m", requestId: "r", error: new Error("outer", { cause }) });
    expect(lines.at(-1)).not.toContain("secret-text");
    const { requestId, errorType, stackTrace } = written();
    expect([requestId, errorType]).toEqual(["r", "Error"]);
    expect(String(stackTrace)).toMatch(/outer.*Caused by: TypeError: inner/s);
  });

  it("ends with causes that go round", () => {
    const error = new Error("round");
    error.cause = error;
    log({ level: "warn", event: "e", message: "m", error });
    expect(written()["level"]).toBe("WARN");
  });
});

describe("credentials", () => {
  it("are the environment's as it is at each call", async () => {
    const variables: Record<string, string> = { AWS_ACCESS_KEY_ID: "a", AWS_SECRET_ACCESS_KEY: "b" };
    const credentials = createLambdaCredentials((name) => variables[name]);
    expect(await credentials()).toEqual({ accessKeyId: "a", secretAccessKey: "b" });
    Object.assign(variables, { AWS_ACCESS_KEY_ID: "c", AWS_SESSION_TOKEN: "t" });
    expect(await credentials()).toEqual({ accessKeyId: "c", secretAccessKey: "b", sessionToken: "t" });
  });

  it("that are nowhere are a clear failure", async () => {
    const credentials = createLambdaCredentials(() => undefined);
    await expect(credentials()).rejects.toMatchObject({ code: "WEIGHTS_DENIED" });
  });

  it("of a restored snapshot come from the endpoint, and are renewed before they expire", async () => {
    let asked = 0;
    let lifetimeMs = 60 * 60_000;
    const server = createServer((request, response) => {
      asked += 1;
      if (request.headers.authorization !== "token-1") response.statusCode = 403;
      const Expiration = new Date(Date.now() + lifetimeMs).toISOString();
      response.end(JSON.stringify({ AccessKeyId: `k${asked}`, SecretAccessKey: "s", Token: "t", Expiration }));
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    const port = typeof address === "object" ? address?.port : undefined;
    const variables: Record<string, string> = {
      AWS_CONTAINER_CREDENTIALS_FULL_URI: `http://127.0.0.1:${port}/keys`,
      AWS_CONTAINER_AUTHORIZATION_TOKEN: "token-1",
    };
    try {
      const credentials = createLambdaCredentials((name) => variables[name]);
      const both = await Promise.all([credentials(), credentials()]);
      expect(both.map(({ accessKeyId }) => accessKeyId)).toEqual(["k1", "k1"]);
      expect(await credentials()).toMatchObject({ accessKeyId: "k1", sessionToken: "t" });
      lifetimeMs = 60_000;
      const short = createLambdaCredentials((name) => variables[name]);
      expect([(await short()).accessKeyId, (await short()).accessKeyId]).toEqual(["k2", "k3"]);
      variables["AWS_CONTAINER_AUTHORIZATION_TOKEN"] = "wrong";
      await expect(createLambdaCredentials((name) => variables[name])()).rejects.toMatchObject({
        code: "WEIGHTS_DENIED",
        message: expect.stringContaining("403"),
      });
    } finally {
      server.close();
    }
  });
});

describe("the environment", () => {
  const before = { ...process.env };
  afterEach(() => {
    process.env = { ...before };
  });

  it("has defaults, and empty variables count as absent", () => {
    Object.assign(process.env, { VIRGA_STORE: "s3://b/p", VIRGA_CACHE: "", AWS_REGION: "eu-west-1" });
    const { storeUri, cacheFolder, region, apiKeySha256, initLimitMs } = readLambdaEnvironment();
    expect([storeUri, cacheFolder, region, apiKeySha256]).toEqual(["s3://b/p", "/tmp/virga", "eu-west-1", undefined]);
    expect(initLimitMs).toBe(10_000);
  });

  it("gives more time where instances are prepared ahead", () => {
    process.env["AWS_LAMBDA_INITIALIZATION_TYPE"] = "provisioned-concurrency";
    expect(readLambdaEnvironment().initLimitMs).toBe(130_000);
  });

  it("may name a store that stands in for S3, as a URL", () => {
    process.env["AWS_ENDPOINT_URL"] = "http://127.0.0.1:1";
    process.env["AWS_ENDPOINT_URL_S3"] = "http://127.0.0.1:2";
    expect(readLambdaEnvironment().s3Endpoint?.port).toBe("2");
    process.env["AWS_ENDPOINT_URL_S3"] = "no url";
    expect(readLambdaEnvironment).toThrow(/no URL/);
  });
});

describe("stores", () => {
  const environment = readLambdaEnvironment();
  const open = (uri: string) => openStore(uri, environment, async () => ({ accessKeyId: "", secretAccessKey: "" }));

  it("are read from S3 and over https", () => {
    expect(open("s3://bucket").uri).toBe("s3://bucket");
    expect(open("s3://bucket/a/b/").uri).toBe("s3://bucket/a/b");
    expect(open("https://models.example.org/r").uri).toBe("https://models.example.org/r");
  });

  it("are paid for by whoever says so", async () => {
    const location = open("s3://bucket/a?requestPayer=requester").locate("b");
    if (location.kind !== "http") throw new Error("an object of S3 is fetched over HTTP");
    const { url, headers } = await location.request({ first: 0, last: 0 });
    expect([url.pathname, headers["x-amz-request-payer"]]).toEqual([expect.stringMatching(/\/a\/b$/), "requester"]);
  });

  it("of other kinds are refused", () => {
    expect(() => open("gs://bucket/prefix")).toThrow(/gs:/);
  });
});
