import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { createBodyReader } from "../../../src/weights/fetch/http-body.ts";
import { parseHttpHead } from "../../../src/weights/fetch/http-head.ts";

const head = (headers: Record<string, string>) => ({ status: 206, headers, keepsAlive: true });

/** What the reader hands on when the wire's bytes arrive cut at these places. */
function readBody(headers: Record<string, string>, wire: Buffer, cuts: readonly number[]) {
  const reader = createBodyReader(head(headers));
  const pieces: Buffer[] = [];
  const places = [0, ...cuts.map((cut) => cut % (wire.length + 1)).sort((a, b) => a - b), wire.length];
  for (const [index, place] of places.slice(1).entries()) {
    reader.read(wire.subarray(places[index], place), (piece) => pieces.push(Buffer.from(piece)) > 0);
  }
  return { body: Buffer.concat(pieces), ended: reader.ended };
}

describe("parseHttpHead", () => {
  it("reads status and headers, whatever their case, and joins what is repeated", () => {
    expect(parseHttpHead('HTTP/1.1 206 Partial Content\r\nETag: "a"\r\nVary: a\r\nvary:b  \r\nx: ')).toEqual({
      status: 206,
      headers: { etag: '"a"', vary: "a, b", x: "" },
      keepsAlive: true,
    });
  });

  it.each(["HTTP/1.0 200 OK", "HTTP/1.1 200 OK\r\nconnection: Close"])("does not keep the connection of %j", (text) => {
    expect(parseHttpHead(text).keepsAlive).toBe(false);
  });

  it.each([
    "",
    "SSH-2.0",
    "HTTP/2 200",
    "HTTP/1.1 2000 OK",
    "HTTP/1.1 200 OK\r\n folded: 1",
    "HTTP/1.1 200 OK\r\nno colon",
    "HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2",
  ])("refuses %j", (text) => {
    expect(() => parseHttpHead(text)).toThrow();
  });
});

describe("createBodyReader", () => {
  it("reads chunks however they are cut on their way", () => {
    const chunks = fc.array(fc.uint8Array({ minLength: 1, maxLength: 40 }), { maxLength: 6 });
    fc.assert(
      fc.property(chunks, fc.array(fc.nat(), { maxLength: 12 }), fc.boolean(), (parts, cuts, extended) => {
        const wire = parts.map((part) =>
          Buffer.concat([
            Buffer.from(`${part.length.toString(16)}${extended ? ";a=b" : ""}\r\n`),
            part,
            Buffer.from("\r\n"),
          ]),
        );
        const end = Buffer.from(extended ? "0\r\nx-trailer: 1\r\n\r\n" : "0\r\n\r\n");
        const { body, ended } = readBody({ "transfer-encoding": "chunked" }, Buffer.concat([...wire, end]), cuts);
        expect(ended).toBe(true);
        expect(Buffer.compare(body, Buffer.concat(parts))).toBe(0);
      }),
    );
  });

  it("reads so many bytes as were announced, and no more", () => {
    expect(readBody({ "content-length": "3" }, Buffer.from("abc"), [1])).toEqual({
      body: Buffer.from("abc"),
      ended: true,
    });
    expect(readBody({ "content-length": "4" }, Buffer.from("abc"), []).ended).toBe(false);
    expect(() => readBody({ "content-length": "2" }, Buffer.from("abc"), [])).toThrow("longer");
  });

  it("reads until the connection ends where no length is named", () => {
    const reader = createBodyReader(head({}));
    expect(reader.untilClose).toBe(true);
    expect(reader.ended).toBe(false);
  });

  it.each([["zz\r\n"], ["-1\r\n"], ["2\r\nabc\r\n"], ["1".repeat(2000)], ["0\r\n\r\nmore"]])(
    "refuses chunks like %j",
    (wire) => {
      expect(() => readBody({ "transfer-encoding": "chunked" }, Buffer.from(wire), [])).toThrow();
    },
  );

  it("refuses lengths and codings that it does not know", () => {
    expect(() => createBodyReader(head({ "content-length": "1x" }))).toThrow();
    expect(() => createBodyReader(head({ "transfer-encoding": "gzip, chunked" }))).toThrow();
  });
});
