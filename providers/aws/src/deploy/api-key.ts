import { createHash } from "node:crypto";
import type { AwsFacts } from "./aws-facts.ts";

/** What a deployment keeps of the API key: its digest, and how long it was. */
export function describeApiKey(key: string): Pick<AwsFacts, "apiKeySha256" | "apiKeyLength"> {
  return { apiKeySha256: createHash("sha256").update(key).digest("hex"), apiKeyLength: key.length };
}
