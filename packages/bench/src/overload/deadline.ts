/** Of every request, as the service is told and as its callers count. */
export const DEADLINE_MS = 2_000;
