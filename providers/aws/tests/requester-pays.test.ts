import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import type { ModelStore } from "@virga/core/weights";
import { createS3Reader, createS3Store } from "../src/index.ts";

const ACCESS = { accessKeyId: "key", secretAccessKey: "secret" };

/** What arrives is what is looked at; the answers only keep the SDK going. */
let server: Server;
let endpoint: URL;
let arrived: { readonly line: string; readonly headers: IncomingHttpHeaders }[];
let folder: string;

beforeEach(async () => {
  arrived = [];
  folder = await mkdtemp(join(tmpdir(), "virga-s3-"));
  server = createServer((request, response) => {
    const line = `${request.method} ${request.url}`;
    arrived.push({ line, headers: request.headers });
    request.resume().once("end", () => {
      response.setHeader("etag", '"tag"');
      if (line.includes("partNumber=2")) response.statusCode = brokenPart;
      response.end(request.method === "HEAD" ? undefined : answerTo(request));
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  endpoint = new URL(`http://127.0.0.1:${typeof address === "object" ? address?.port : undefined}`);
});

afterEach(async () => {
  brokenPart = 200;
  server.closeAllConnections();
  server.close();
  await rm(folder, { recursive: true });
});

/** Status of the second part of an upload. */
let brokenPart = 200;

function answerTo({ method, url = "" }: IncomingMessage): string {
  if (url.includes("list-type=2")) {
    const next = url.includes("continuation-token") ? "" : "<NextContinuationToken>next</NextContinuationToken>";
    return `<ListBucketResult><Contents><Key>teams/a</Key><Size>1</Size></Contents>${next}</ListBucketResult>`;
  }
  if (method === "POST" && url.includes("uploads")) {
    return "<InitiateMultipartUploadResult><UploadId>1</UploadId></InitiateMultipartUploadResult>";
  }
  if (method === "POST") return "<CompleteMultipartUploadResult><ETag>tag</ETag></CompleteMultipartUploadResult>";
  return method === "GET" ? "bytes" : "";
}

/** Every request that a store can make. */
async function useStore(store: ModelStore): Promise<void> {
  await store.read("a");
  await store.readIfChanged("a", '"other"');
  await store.info("a");
  await store.write("a", { kind: "bytes", bytes: Buffer.from("1") });
  await store.delete("a");
  for await (const _ of store.list(""));
  await fetchRange(store);
}

async function fetchRange(store: ModelStore): Promise<void> {
  const location = store.locate("a");
  if (location.kind !== "http") throw new Error("an S3 object is fetched over HTTP");
  const { url, headers } = await location.request({ first: 0, last: 9 });
  await (await fetch(url, { headers })).arrayBuffer();
}

/** Large enough for parts. */
async function uploadFile(store: ModelStore): Promise<void> {
  const bytes = Buffer.alloc(17 * 1024 * 1024);
  const path = join(folder, "weights");
  await writeFile(path, bytes);
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  await store.write("a", { kind: "file", path, sizeBytes: bytes.length, sha256 });
}

function openStore(requesterPays: boolean): ModelStore {
  const credentials = async () => ACCESS;
  const options = { bucket: "models", prefix: "teams", region: "eu-west-1", endpoint, credentials, maxAttempts: 1 };
  return createS3Store({ ...options, requesterPays });
}

function openReader(requesterPays: boolean): ModelStore {
  const access = { region: async () => "eu-west-1", credentials: async () => ACCESS };
  return createS3Reader({ bucket: "models", prefix: "teams", endpoint, requesterPays, ...access });
}

function expectPaid(lines: readonly RegExp[]): void {
  expect(arrived.map(({ line }) => line)).toEqual(lines.map((line) => expect.stringMatching(line)));
  for (const { line, headers } of arrived) {
    expect([line, headers["x-amz-request-payer"]]).toEqual([line, "requester"]);
    // A header that the signature does not cover is refused.
    expect(headers.authorization).toMatch(/SignedHeaders=[^,]*\bx-amz-request-payer\b/);
  }
}

describe("who pays for a bucket of others", () => {
  it("says so in every request of the store", async () => {
    await useStore(openStore(true));
    const lines = [/^GET .*teams\/a/, /^GET .*teams\/a/, /^HEAD/, /^PUT/, /^DELETE/, /^GET .*list-type/];
    expectPaid([...lines, /continuation-token=next/, /^GET \/models\/teams\/a$/]);
  });

  it("says so in every request of an upload in parts", async () => {
    await uploadFile(openStore(true));
    // Parts go at once.
    arrived.sort((one, other) => (one.line < other.line ? -1 : 1));
    expectPaid([/^POST .*uploadId=1/, /^POST .*uploads/, /^PUT .*partNumber=1/, /^PUT .*partNumber=2/]);
  });

  it("says so when an upload is given up", async () => {
    brokenPart = 400;
    await expect(uploadFile(openStore(true))).rejects.toMatchObject({ code: "WEIGHTS_UNREACHABLE" });
    expect(arrived.at(-1)?.line).toMatch(/^DELETE .*uploadId=1/);
    expect(arrived.map(({ headers }) => headers["x-amz-request-payer"])).toEqual(arrived.map(() => "requester"));
  });

  it("says so in every request of the reader", async () => {
    const reader = openReader(true);
    await reader.read("a");
    await reader.readIfChanged("a", '"other"');
    await fetchRange(reader);
    expectPaid([/^GET/, /^GET/, /^GET/]);
  });
});

it("who does not want to pay says nothing", async () => {
  await useStore(openStore(false));
  await openReader(false).read("a");
  expect(arrived.filter(({ headers }) => "x-amz-request-payer" in headers)).toEqual([]);
});
