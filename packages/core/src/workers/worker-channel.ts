import type { WorkerAnswer, WorkerRequest } from "./messages.ts";

/** How a worker came to its end. */
export interface WorkerEnd {
  /** Words for a message: "exited with code 1". */
  readonly how: string;
  /** For the log. */
  readonly cause?: unknown;
}

/** What a worker tells. */
export interface WorkerListeners {
  readonly answered: (answer: WorkerAnswer) => void;
  /** Told when the worker is no more. */
  readonly ended: (end: WorkerEnd) => void;
}

/** The way to one worker: a thread or a process. */
export interface WorkerChannel {
  send(request: WorkerRequest): void;
  /** Whether this process waits for the worker before it ends. */
  hold(held: boolean): void;
  /** Ends the worker. */
  stop(): void;
}

/** Starts a worker. */
export type StartWorker = (listeners: WorkerListeners) => WorkerChannel;
