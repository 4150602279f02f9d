/** How a file is fetched; every bound has a default. */
export interface FetchOptions {
  readonly signal?: AbortSignal | undefined;
  /** Time for the whole file, every retry included. */
  readonly deadlineMs?: number;
  /** Connections to begin with; more are opened where each is limited by itself. */
  readonly connections?: number;
  readonly mostConnections?: number;
  /** A connection that brings no byte for so long is given up. */
  readonly stallMs?: number;
  /** Tries in a row without a new byte, for each part of the file. */
  readonly mostTries?: number;
  /** Before the second try; twice as much before each further one, up to 2 s. */
  readonly backoffMs?: number;
  /** Certificates to trust in place of the system's, as PEM. */
  readonly certificateAuthority?: string | undefined;
}

/** Every bound has its value. */
export type FetchSettings = Required<FetchOptions>;

const DEFAULTS: FetchSettings = {
  signal: undefined,
  deadlineMs: 15 * 60_000,
  connections: 12,
  mostConnections: 32,
  stallMs: 5_000,
  mostTries: 8,
  backoffMs: 50,
  certificateAuthority: undefined,
};

export function toFetchSettings(options: FetchOptions): FetchSettings {
  return { ...DEFAULTS, ...options };
}
