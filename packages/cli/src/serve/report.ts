import { inspect } from "node:util";
import type { LogEntry } from "@virga/core";
import type { Terminal } from "../print/terminal.ts";

/** One thing that happened while serving. */
export interface ServeEvent extends LogEntry {
  /** What people are shown in place of the message. */
  readonly display?: string;
  /** What machines get beside the message. */
  readonly fields?: Readonly<Record<string, unknown>>;
}

export type Report = (event: ServeEvent) => void;

/** Writes for people: news to the output, complaints to the error output. */
export function createTextReport(terminal: Terminal): Report {
  return ({ level, message, display, error, requestId }) => {
    if (level === "info") {
      terminal.print(display ?? message);
      return;
    }
    const about = requestId === undefined ? "" : ` (request ${requestId})`;
    const details = error === undefined ? "" : `\n${inspect(error)}`;
    terminal.complain(`${level}: ${display ?? message}${about}${details}`);
  };
}

/** Writes each event as one line of JSON. */
export function createJsonReport(terminal: Terminal): Report {
  return ({ level, event, message, requestId, error, fields }) => {
    const time = new Date().toISOString();
    const failure = error === undefined ? {} : { error: inspect(error) };
    terminal.print(JSON.stringify({ time, level, event, message, requestId, ...fields, ...failure }));
  };
}
