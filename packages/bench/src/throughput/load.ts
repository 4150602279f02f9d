/** What the load generator is to do. */
export interface LoadOrder {
  readonly port: number;
  /** Whole requests as they go over the wire; each connection repeats one of them, its number modulo theirs. */
  readonly requests: readonly Uint8Array[];
  /** Clients that send their next request when they have the answer to the last one. */
  readonly connections: number;
  readonly warmUpMs: number;
  readonly measureMs: number;
}

/** An answer that came while nothing was measured any more, to be looked at. */
export interface KeptAnswer {
  /** Which of the order's requests it answers. */
  readonly request: number;
  readonly head: string;
  readonly body: Uint8Array;
}

/** What the load generator saw. */
export interface LoadReport {
  readonly requestsPerSecond: number;
  /** Requests that were answered with status 200, those before and after it measured included. */
  readonly answered: number;
  /** Of requests sent while it measured, whenever they were answered, and of those that waited throughout. */
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Requests without an answer of status 200, warming up included. */
  readonly failed: number;
  /** Why the first of them failed. */
  readonly failure?: string;
  readonly answers: readonly KeptAnswer[];
}
