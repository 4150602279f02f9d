/** How old what is known of the aliases may be. */
const LOOK_EVERY_MS = 10_000;
/** How long the answer to a request may wait for a registry that does not say whether they have moved. */
const MOST_WAIT_MS = 2_000;

/**
 * Looks at the aliases beside requests, on platforms where an instance runs only while it has one. By the clock of the
 * day: others stand still while an instance is frozen.
 *
 * @param follow looks once; its signal ends the asking, and not a swap that has begun.
 * @returns what is called with each request; gives nothing where the last look is young enough.
 */
export function createAliasWatch(
  follow: (signal: AbortSignal) => Promise<void>,
  now: () => number = Date.now,
): () => Promise<void> | undefined {
  let lookedAtMs = now();
  return () => {
    if (now() - lookedAtMs < LOOK_EVERY_MS) return undefined;
    lookedAtMs = now();
    return follow(AbortSignal.timeout(MOST_WAIT_MS));
  };
}
