/** One line of the service's log; `message` is for people, the other fields are for machines. */
export interface LogEntry {
  readonly level: "info" | "warn" | "error";
  readonly event: string;
  readonly message: string;
  readonly requestId?: string;
  readonly error?: unknown;
}

/** Takes what happens beside the answers. */
export type Log = (entry: LogEntry) => void;
