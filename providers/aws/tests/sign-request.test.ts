import { createHash, createHmac } from "node:crypto";
import { describe, expect, it } from "@jest/globals";
import { SignatureV4 } from "@smithy/signature-v4";
import fc from "fast-check";
import { signRequest } from "../src/store/sign-request.ts";

/** The digest as the SDK's signer asks for it. */
class Sha256 {
  readonly #hash;

  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash = secret === undefined ? createHash("sha256") : createHmac("sha256", toBytes(secret));
  }

  update(data: string | ArrayBuffer | ArrayBufferView): void {
    this.#hash.update(toBytes(data));
  }

  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }

  reset(): void {
    throw new Error("is used once");
  }
}

function toBytes(data: string | ArrayBuffer | ArrayBufferView): Uint8Array {
  if (typeof data === "string") return Buffer.from(data);
  return ArrayBuffer.isView(data) ? Buffer.from(data.buffer, data.byteOffset, data.byteLength) : Buffer.from(data);
}

const word = fc.stringMatching(/^[A-Za-z0-9/+=_-]{1,40}$/);
const headers = fc.record(
  {
    range: fc.tuple(fc.nat(), fc.nat()).map(([first, last]) => `bytes=${first}-${last}`),
    "if-none-match": fc.stringMatching(/^[!-~ ]{1,40}$/),
    "x-amz-request-payer": fc.constant("requester"),
  },
  { requiredKeys: [] },
);

describe("a signed request", () => {
  it("has the signature of the SDK's own signer", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          host: fc.domain(),
          path: fc
            .array(fc.string({ unit: "binary" }).map(encode), { minLength: 1 })
            .map((parts) => `/${parts.join("/")}`),
          asked: headers,
          region: fc.constantFrom("us-east-1", "eu-west-1", "cn-north-1"),
          credentials: fc.record(
            { accessKeyId: word, secretAccessKey: word, sessionToken: word },
            { requiredKeys: ["accessKeyId", "secretAccessKey"] },
          ),
          now: fc.date({ min: new Date("2020-01-01"), max: new Date("2099-12-31"), noInvalidDate: true }),
        }),
        async ({ host, path, asked, region, credentials, now }) => {
          const signer = new SignatureV4({ service: "s3", region, credentials, sha256: Sha256, uriEscapePath: false });
          const unsigned = { host, ...asked, "x-amz-content-sha256": "UNSIGNED-PAYLOAD" };
          const request = { method: "GET", protocol: "https:", hostname: host, path, headers: unsigned };
          const { headers: expected } = await signer.sign(request, { signingDate: now });
          expect(signRequest({ path, headers: { host, ...asked } }, region, credentials, now)).toEqual(expected);
        },
      ),
    );
  });
});

function encode(part: string): string {
  return encodeURIComponent(part.toWellFormed()).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
