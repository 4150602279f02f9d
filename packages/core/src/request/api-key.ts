import { createHash, timingSafeEqual } from "node:crypto";
import { InferenceError } from "../errors.ts";
import type { IncomingRequest } from "./incoming-request.ts";

const BEARER = /^Bearer +(.+)$/i;

/**
 * Refuses requests that do not carry the key in `x-api-key` or as `Authorization: Bearer …`.
 *
 * @param sha256 of the key, 64 hexadecimal digits: the key itself is nowhere kept.
 * @throws InferenceError `CONFIG_INVALID` for what is no digest; the check throws `UNAUTHENTICATED`.
 */
export function createApiKeyCheck(sha256: string): (request: IncomingRequest) => void {
  if (!/^[0-9a-f]{64}$/i.test(sha256)) {
    throw new InferenceError("CONFIG_INVALID", "The API key's SHA-256 has to be 64 hexadecimal digits.");
  }
  const expected = Buffer.from(sha256, "hex");
  return ({ headers }) => {
    const given = headers.get("x-api-key") ?? BEARER.exec(headers.get("authorization") ?? "")?.[1];
    if (given !== undefined && timingSafeEqual(createHash("sha256").update(given).digest(), expected)) return;
    const problem = given === undefined ? "needs an API key" : "carries a wrong API key";
    throw new InferenceError(
      "UNAUTHENTICATED",
      `The request ${problem}: send it in the header x-api-key, or as Authorization: Bearer KEY.`,
    );
  };
}
