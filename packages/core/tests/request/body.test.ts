import { deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import { describe, expect, it } from "@jest/globals";
import { readBody } from "../../src/request/body.ts";

function request(body: Uint8Array, headers: Record<string, string> = {}): Request {
  return new Request("http://127.0.0.1/", { method: "POST", body: new Uint8Array(body), headers });
}

const text = Buffer.from("rain ".repeat(2000));

describe("readBody", () => {
  it("gives a plain, a gzipped and a deflated body alike", async () => {
    for (const [body, headers] of [
      [text, {}],
      [text, { "content-encoding": "identity" }],
      [gzipSync(text), { "content-encoding": "gzip" }],
      [gzipSync(text), { "content-encoding": "GZIP" }],
      [deflateSync(text), { "content-encoding": "deflate" }],
    ] as const) {
      expect(Buffer.from(await readBody(request(body, headers), 20_000)).equals(text)).toBe(true);
    }
  });

  it("refuses a body over the limit, announced or not, compressed or not", async () => {
    const bomb = gzipSync(Buffer.alloc(50_000_000));
    const streamed = new Request("http://127.0.0.1/", {
      method: "POST",
      duplex: "half",
      body: new ReadableStream({
        pull(controller) {
          controller.enqueue(new Uint8Array(4096));
        },
      }),
    } as RequestInit);
    await expect(readBody(request(text), 100)).rejects.toMatchObject({ code: "INPUT_TOO_LARGE" });
    await expect(readBody(request(text, { "content-length": "999999" }), 20_000)).rejects.toMatchObject({
      code: "INPUT_TOO_LARGE",
    });
    await expect(readBody(request(bomb, { "content-encoding": "gzip" }), 100_000)).rejects.toMatchObject({
      code: "INPUT_TOO_LARGE",
    });
    await expect(readBody(streamed, 100_000)).rejects.toMatchObject({ code: "INPUT_TOO_LARGE" });
  });

  it("refuses what it cannot decompress, and says what it can", async () => {
    await expect(readBody(request(text, { "content-encoding": "br" }), 20_000)).rejects.toMatchObject({
      code: "MEDIA_TYPE_UNSUPPORTED",
      message: expect.stringContaining("gzip or deflate"),
    });
    for (const encoding of ["gzip", "deflate"]) {
      await expect(readBody(request(text, { "content-encoding": encoding }), 20_000)).rejects.toMatchObject({
        code: "INPUT_INVALID",
      });
    }
    await expect(
      readBody(request(gzipSync(text).subarray(0, 30), { "content-encoding": "gzip" }), 20_000),
    ).rejects.toMatchObject({ code: "INPUT_INVALID" });
    await expect(
      readBody(request(deflateRawSync(text), { "content-encoding": "deflate" }), 20_000),
    ).rejects.toMatchObject({ code: "INPUT_INVALID" });
  });

  it("refuses a body that is shorter than announced", async () => {
    await expect(readBody(request(text, { "content-length": "10001" }), 20_000)).rejects.toMatchObject({
      code: "INPUT_INVALID",
    });
  });
});
