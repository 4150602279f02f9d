/** What a worker runs: beside this file, as source or as built. */
export const WORKER_ENTRY: URL = new URL(
  import.meta.url.endsWith(".ts") ? "./worker-entry.ts" : "./worker-entry.js",
  import.meta.url,
);
