import { describe, expect, it } from "@jest/globals";
import { redirect, toRequestText } from "../../../src/weights/fetch/http-request.ts";

const secrets = { authorization: "secret", "x-amz-security-token": "secret", range: "bytes=0-9" };
const request = { url: new URL("https://a.test/model?part=1"), headers: secrets };

describe("toRequestText", () => {
  it("asks for the range, uncoded", () => {
    expect(toRequestText({ ...request, headers: { "If-Match": '"tag"' } }, { first: 5, last: 9 })).toBe(
      [
        "GET /model?part=1 HTTP/1.1",
        "host: a.test",
        "range: bytes=5-9",
        "accept-encoding: identity",
        "user-agent: virga",
        'if-match: "tag"',
        "",
        "",
      ].join("\r\n"),
    );
  });

  it("lets no header begin another line", () => {
    const headers = { "x-name": "value\r\nx-other: value" };
    expect(() => toRequestText({ ...request, headers }, { first: 0, last: 1 })).toThrow("header");
  });
});

describe("redirect", () => {
  it("sends no secret on to another host", () => {
    expect(redirect(request, "https://b.test/other").headers).toEqual({ range: "bytes=0-9" });
    expect(redirect(request, "/other")).toEqual({ url: new URL("https://a.test/other"), headers: secrets });
  });

  it.each(["http://a.test/model", "ftp://a.test/model", "https://"])("never goes from TLS to %s", (target) => {
    expect(() => redirect(request, target)).toThrow("TLS");
  });

  it("goes from plain HTTP to TLS", () => {
    const plain = { url: new URL("http://a.test/model"), headers: {} };
    expect(redirect(plain, "https://a.test/model").url.href).toBe("https://a.test/model");
  });
});
