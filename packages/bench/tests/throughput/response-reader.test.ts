import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { type RawResponse, ResponseReader } from "../../src/throughput/response-reader.ts";

/** What the reader gives for bytes that come cut up at these places. */
function readCutUp(bytes: Buffer, cuts: readonly number[], keepBodies = true): RawResponse[] {
  const reader = new ResponseReader(() => keepBodies);
  const places = [0, ...cuts.toSorted((left, right) => left - right), bytes.byteLength];
  return places.slice(1).flatMap((end, index) => {
    // A copy that is wiped: the reader must not hold on to what is overwritten.
    const piece = Buffer.from(bytes.subarray(places[index], end));
    const response = reader.take(piece);
    piece.fill(0);
    return response === undefined ? [] : [response];
  });
}

function written(status: number, body: Uint8Array, lengthHeader = "content-length"): Buffer {
  const head = `HTTP/1.1 ${status} Something\r\nx-other: 1\r\n${lengthHeader}: ${body.byteLength}\r\n\r\n`;
  return Buffer.concat([Buffer.from(head), body]);
}

describe("ResponseReader", () => {
  it("reads an answer however it is cut up", () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 300 }),
        fc.array(fc.nat(340), { maxLength: 8 }),
        fc.constantFrom("content-length", "Content-Length", "CONTENT-LENGTH"),
        (body, cuts, lengthHeader) => {
          const bytes = written(200, body, lengthHeader);
          const responses = readCutUp(
            bytes,
            cuts.filter((cut) => cut < bytes.byteLength),
          );
          expect(responses.map(({ status, body: kept }) => [status, [...kept]])).toEqual([[200, [...body]]]);
        },
      ),
    );
  });

  it("reads one answer after the other, and keeps bodies only where asked", () => {
    const reader = new ResponseReader(() => false);
    for (const status of [200, 503, 200]) {
      expect(reader.take(written(status, Buffer.from("abc")))).toMatchObject({ status, body: Buffer.alloc(0) });
    }
  });

  it.each([
    ["no content-length", "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n", /no content-length/],
    ["another protocol", "SSH-2.0-OpenSSH\r\n\r\n", /no answer of HTTP/],
    ["more than was announced", "HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\nab", /more bytes/],
    ["a head without end", `HTTP/1.1 200 OK\r\nx: ${"y".repeat(70_000)}`, /does not end/],
  ])("refuses %s", (_, text, complaint) => {
    expect(() => readCutUp(Buffer.from(text), [])).toThrow(complaint);
  });
});
