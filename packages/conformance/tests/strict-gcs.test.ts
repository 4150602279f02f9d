import { once } from "node:events";
import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { type StrictGcs, startStrictGcs } from "../src/strict-gcs/index.ts";

const PIECE_BYTES = 256 * 1024;

let server: StrictGcs;

beforeAll(async () => {
  server = await startStrictGcs({
    buckets: { models: {}, private: { token: "secret" }, denied: { denied: ["storage.objects.get"] } },
  });
  for (const name of ["a", "b", "c"]) await upload(name, "0123456789");
});

afterAll(() => server.close());

function ask(path: string, options: RequestInit = {}): Promise<Response> {
  return fetch(new URL(path, server.url), options);
}

async function upload(name: string, body: string): Promise<void> {
  const answer = await ask(`/upload/storage/v1/b/models/o?uploadType=media&name=${name}`, { method: "POST", body });
  expect(answer.status).toBe(200);
}

describe("what the stand-in does not know", () => {
  it.each([
    ["GET", "/storage/v1/b/models/o/a?ifGenerationMatches=1", {}],
    ["GET", "/storage/v1/b/models/o?ifGenerationMatch=1", {}],
    ["GET", "/storage/v1/b/models/o?delimiter=/", {}],
    ["GET", "/storage/v1/b/models?ifGenerationMatch=1", {}],
    ["GET", "/storage/v1/b/models/o/a?generation=1&generation=2", {}],
    ["GET", "/storage/v1/b/models/o/a", { "if-none-match": "*" }],
    ["GET", "/storage/v1/b/models/o/a", { range: "bytes=0-1" }],
    ["GET", "/storage/v1/b/models/o/a?alt=media", { range: "bytes=0-1,3-4" }],
    ["GET", "/models/a?ifGenerationMatch=1", {}],
    ["GET", "/models/a", { "if-match": '"tag"' }],
    ["HEAD", "/models/a", {}],
    ["POST", "/storage/v1/b/models/o/a/rewriteTo/b/models/o/b", {}],
    ["PATCH", "/storage/v1/b/models/o/a", {}],
    ["PATCH", "/storage/v1/b/models", {}],
  ])("is refused and reported: %s %s %j", async (method, path, headers) => {
    const reported = server.misunderstood.length;
    expect((await ask(path, { method, headers })).status).toBe(501);
    expect(server.misunderstood.slice(reported)).toEqual([expect.stringContaining(`${method} ${path.slice(0, 20)}`)]);
  });

  it("is a field of an object, too", async () => {
    const path = "/upload/storage/v1/b/models/o?uploadType=resumable&name=x";
    expect((await ask(path, { method: "POST", body: '{"retention": "long"}' })).status).toBe(501);
  });
});

describe("a refusal", () => {
  it("is JSON as Google's clients read it", async () => {
    const answer = await ask("/storage/v1/b/models/o/none");
    expect(answer.status).toBe(404);
    const message = "No such object: models/none";
    expect(await answer.json()).toEqual({
      error: { code: 404, message, errors: [{ domain: "global", reason: "notFound", message }] },
    });
  });

  it("is plain text where bytes were asked for", async () => {
    const answer = await ask("/storage/v1/b/models/o/none?alt=media");
    expect(answer.status).toBe(404);
    expect(await answer.text()).toBe("No such object: models/none");
  });

  it.each([
    ["/none/a", {}, 404, "NoSuchBucket"],
    ["/models/none", {}, 404, "NoSuchKey"],
    ["/private/a", {}, 401, "AuthenticationRequired"],
    ["/denied/a", {}, 403, "AccessDenied"],
    ["/models/a", { "x-goog-if-generation-match": "1" }, 412, "PreconditionFailed"],
    ["/models/a", { "x-goog-if-generation-match": "one" }, 400, "InvalidArgument"],
    ["/models/a", { range: "bytes=10-" }, 416, "InvalidRange"],
  ])("is XML in the XML API: %s %j", async (path, headers, status, code) => {
    const answer = await ask(path, { headers });
    expect(answer.status).toBe(status);
    expect(await answer.text()).toContain(`<Code>${code}</Code>`);
  });

  it("tells a wrong token from none", async () => {
    const reasonOf = async (headers: Record<string, string>): Promise<unknown> => {
      const answer = await ask("/storage/v1/b/private/o/a", { headers });
      expect(answer.status).toBe(401);
      return ((await answer.json()) as { error: { errors: { reason: string }[] } }).error.errors[0]?.reason;
    };
    expect(await reasonOf({})).toBe("required");
    expect(await reasonOf({ authorization: "Bearer wrong" })).toBe("authError");
    const headers = { authorization: "Bearer secret" };
    expect((await ask("/storage/v1/b/private/o/a", { headers })).status).toBe(404);
  });
});

it("a range is answered with its place and its generation", async () => {
  const answer = await ask("/models/a", { headers: { range: "bytes=2-4" } });
  expect(answer.status).toBe(206);
  expect(answer.headers.get("content-range")).toBe("bytes 2-4/10");
  expect(answer.headers.get("x-goog-generation")).toMatch(/^\d{16}$/);
  expect(await answer.text()).toBe("234");
});

it("a page token goes on with its own list only", async () => {
  const page = (await (await ask("/storage/v1/b/models/o?maxResults=1")).json()) as { nextPageToken: string };
  const next = `maxResults=1&pageToken=${page.nextPageToken}`;
  expect((await ask(`/storage/v1/b/models/o?${next}`)).status).toBe(200);
  expect((await ask(`/storage/v1/b/models/o?prefix=a&${next}`)).status).toBe(400);
});

describe("a resumable upload", () => {
  async function start(name: string): Promise<string> {
    const answer = await ask(`/upload/storage/v1/b/models/o?uploadType=resumable&name=${name}`, { method: "POST" });
    expect(answer.status).toBe(200);
    return answer.headers.get("location") ?? "";
  }

  async function put(location: string, range: string, body = ""): Promise<{ status: number; range: string | null }> {
    const headers = { "content-range": `bytes ${range}` };
    const { status, headers: answered } = await ask(location, { method: "PUT", headers, body });
    return { status, range: answered.get("range") };
  }

  it("says how much has come, and is an object only when all has", async () => {
    const location = await start("pieces");
    const piece = "x".repeat(PIECE_BYTES);
    expect(await put(location, "*/*")).toEqual({ status: 308, range: null });
    expect(await put(location, `0-${PIECE_BYTES - 1}/*`, piece)).toEqual({ status: 308, range: "bytes=0-262143" });
    expect(await put(location, "*/*")).toEqual({ status: 308, range: "bytes=0-262143" });
    expect((await ask("/storage/v1/b/models/o/pieces")).status).toBe(404);
    expect(await put(location, `${PIECE_BYTES}-${PIECE_BYTES}/${PIECE_BYTES + 1}`, "y")).toMatchObject({ status: 200 });
    expect(await (await ask("/models/pieces")).text()).toBe(`${piece}y`);
    expect(await put(location, "*/*")).toMatchObject({ status: 200 });
  });

  it.each([
    ["5-9/10", "56789"],
    ["0-8/9", "0123456789"],
    ["0-9/*", "0123456789"],
    ["0-*/11", "0123456789"],
    ["0-9", "0123456789"],
  ])("refuses bytes %s", async (range, body) => {
    expect(await put(await start("refused"), range, body)).toMatchObject({ status: 400 });
    expect((await ask("/storage/v1/b/models/o/refused")).status).toBe(404);
  });

  it("keeps what came before the connection broke, but makes no object of it", async () => {
    const location = await start("broken");
    const { pathname, search } = new URL(location);
    const socket = connect(Number(server.url.port), server.url.hostname);
    await once(socket, "connect");
    socket.write(
      `PUT ${pathname}${search} HTTP/1.1\r\nhost: ${server.url.host}\r\n` +
        `content-range: bytes 0-*/*\r\ncontent-length: ${2 * PIECE_BYTES}\r\n\r\n`,
    );
    await new Promise((resolve) => socket.write(Buffer.alloc(PIECE_BYTES + 1), resolve));
    socket.destroy();
    while ((await put(location, "*/*")).range === null) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(await put(location, "*/*")).toEqual({ status: 308, range: "bytes=0-262143" });
    expect((await ask("/storage/v1/b/models/o/broken")).status).toBe(404);
  });

  it("is gone when it is called off", async () => {
    const location = await start("cancelled");
    expect((await ask(location, { method: "DELETE" })).status).toBe(499);
    expect(await put(location, "*/*")).toMatchObject({ status: 404 });
  });
});
