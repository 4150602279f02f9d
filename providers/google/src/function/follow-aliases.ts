import type { InferenceApp } from "@virga/core";
import { settleWithin } from "./settle-within.ts";

/** Kept for the answer to leave before the platform ends the request. */
const MARGIN_MS = 500;
/** Of a platform that says nothing: what Cloud Run gives a request where nothing is asked for. */
const DEFAULT_REMAINING_MS = 300_000;

/**
 * An app that does what is due beside a request and answers when both are done: with billing by request, which a function
 * begins with, an instance has no processor between requests, and a timer would stand still until the next.
 *
 * Source: Cloud Run, "Billing settings".
 *
 * @param look begins what is due, if anything is; never rejects.
 */
export function followBesideRequests(app: InferenceApp, look: () => Promise<void> | undefined): InferenceApp {
  return {
    async fetch(request, invocation) {
      const beganAtMs = performance.now();
      const looking = look();
      const response = await app.fetch(request, invocation);
      if (looking !== undefined) {
        const { remainingMs = DEFAULT_REMAINING_MS } = invocation ?? {};
        await settleWithin(looking, remainingMs - MARGIN_MS - (performance.now() - beganAtMs));
      }
      return response;
    },
    warm: () => app.warm(),
    close: () => app.close(),
  };
}
