/** What became of one check; `failure` says why where it failed. */
export interface CheckResult {
  readonly check: string;
  readonly failure?: string;
}

/** Somebody else's client or server, run unmodified against ours. */
export interface Counterpart {
  readonly name: string;
  /** Installs what it needs, starts what it needs, reports each check as it ends, and stops what it started. */
  run(report: (result: CheckResult) => void): Promise<void>;
}
