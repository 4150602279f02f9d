/** Requests that are under way at once; of those that an app takes at once, as many as leave room for others. */
export const TOGETHER = 100;
