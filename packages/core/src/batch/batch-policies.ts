import { BatchPolicy } from "./batch-policy.ts";

/** A model of texts has a key for every length; those that come again are among the latest. */
const MOST_KEYS = 64;

/** The policies of one session's requests by key, those used last. */
export class BatchPolicies {
  readonly #policies = new Map<string, BatchPolicy>();
  #last: { readonly key: string; readonly policy: BatchPolicy } | undefined;

  for(key: string): BatchPolicy {
    if (this.#last?.key === key) return this.#last.policy;
    const policy = this.#policies.get(key) ?? new BatchPolicy();
    this.#policies.delete(key);
    this.#policies.set(key, policy);
    const [oldest] = this.#policies.keys();
    if (this.#policies.size > MOST_KEYS && oldest !== undefined) this.#policies.delete(oldest);
    this.#last = { key, policy };
    return policy;
  }
}
