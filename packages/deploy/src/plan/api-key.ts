import { createHash } from "node:crypto";

/** What a deployment keeps of an API key. */
export interface DescribedApiKey {
  /** In hexadecimal digits. */
  readonly apiKeySha256: string;
  readonly apiKeyLength: number;
}

/** The key's digest, and how long it was: the key itself goes nowhere. */
export function describeApiKey(key: string): DescribedApiKey {
  return { apiKeySha256: createHash("sha256").update(key).digest("hex"), apiKeyLength: key.length };
}
