import type { LogEntry } from "@virga/core";

/** Takes what happens beside the answers. */
export type Log = (entry: LogEntry) => void;

/** Bounds for slow and silent clients. */
export interface Timeouts {
  /** From the first byte of a request to the end of its headers. */
  readonly headersMs: number;
  /** From the first byte of a request to the last byte of its body. */
  readonly requestMs: number;
  /** How long a client may read nothing of its answer. */
  readonly stalledMs: number;
  /** How long an unused connection stays open; longer than the idle time of load balancers in front (60 s on AWS). */
  readonly keepAliveMs: number;
  /** How long a draining server waits for requests under way; within the 10 s that Cloud Run gives after SIGTERM. */
  readonly graceMs: number;
}

/** The bounds that hold where no other is given. */
export const DEFAULT_TIMEOUTS: Timeouts = {
  headersMs: 15_000,
  requestMs: 120_000,
  stalledMs: 60_000,
  keepAliveMs: 65_000,
  graceMs: 8_000,
};

/** Where a server listens, and what it bounds. */
export interface ServerOptions {
  /** `127.0.0.1` where absent; `0.0.0.0` in a container. */
  readonly host?: string;
  /** 0 takes any free port. */
  readonly port: number;
  readonly timeouts?: Partial<Timeouts>;
  /** Gets what happens beside the answers; silent where absent. */
  readonly log?: Log;
}
