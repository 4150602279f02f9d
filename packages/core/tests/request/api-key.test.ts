import { createHash } from "node:crypto";
import { describe, expect, it } from "@jest/globals";
import { InferenceError } from "../../src/errors.ts";
import { createApiKeyCheck } from "../../src/request/api-key.ts";
import { createApp } from "../../src/request/app.ts";

const KEY = "a-key-that-nobody-guesses";
const sha256 = createHash("sha256").update(KEY).digest("hex");

const requestWith = (headers: Record<string, string>): Request => new Request("http://service/v2", { headers });

describe("an API key", () => {
  it.each([
    ["in its own header", { "x-api-key": KEY }],
    ["as a bearer token", { authorization: `Bearer ${KEY}` }],
    ["as a bearer token in other letters", { authorization: `bearer  ${KEY}` }],
  ])("is taken %s", (_name, headers) => {
    expect(createApiKeyCheck(sha256)(requestWith(headers))).toBeUndefined();
  });

  it.each([
    ["none", {}],
    ["an empty one", { "x-api-key": "" }],
    ["the digest instead of the key", { "x-api-key": sha256 }],
    ["a longer one", { "x-api-key": `${KEY}x` }],
    ["another scheme", { authorization: `Basic ${KEY}` }],
    ["a wrong header before a right token", { "x-api-key": "no", authorization: `Bearer ${KEY}` }],
  ])("is not replaced by %s", (_name, headers) => {
    expect(() => createApiKeyCheck(sha256)(requestWith(headers))).toThrow(
      expect.objectContaining({ code: "UNAUTHENTICATED" }),
    );
  });

  it("is never shown", () => {
    const refusal = (): void => createApiKeyCheck(sha256)(requestWith({ "x-api-key": "my-secret" }));
    expect(refusal).toThrow(/header x-api-key/);
    expect(refusal).not.toThrow(/my-secret/);
  });

  it("has to be given as a digest", () => {
    expect(() => createApiKeyCheck(KEY)).toThrow(InferenceError);
  });
});

describe("a service with an API key", () => {
  const app = createApp({ models: { m: { source: "absent.onnx" } }, apiKeySha256: sha256 });

  it("answers 401 to whoever has none, on every route", async () => {
    for (const path of ["/", "/v2", "/v2/health/live", "/openapi.json", "/nowhere", "/v2/models/m"]) {
      const response = await app.fetch(new Request(`http://service${path}`));
      expect([path, response.status]).toEqual([path, 401]);
      expect(response.headers.get("www-authenticate")).toBe("Bearer");
    }
  });

  it("answers whoever has it", async () => {
    const response = await app.fetch(requestWith({ "x-api-key": KEY }));
    expect(response.status).toBe(200);
  });
});
