/** What a worker runs: beside this file, as source, as built or as bundled. */
export const WORKER_ENTRY: URL = new URL(import.meta.url.replace(/-location(\.\w+)$/, "$1"));
