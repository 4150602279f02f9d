#!/usr/bin/env node
import { createRequire } from "node:module";
import { InferenceError } from "@virga/core";
import { CommanderError } from "commander";
import { createProgram } from "./program.ts";

/** The command line was wrong, as against something that it named. */
const USAGE_EXIT_CODE = 2;

// Errors of a predictor point at its source, not at the bundle made of it.
process.setSourceMapsEnabled(true);
// The reader of a pipe may go before everything is written.
process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 1));

const { version } = createRequire(import.meta.url)("../package.json") as { version: string };
const terminal = {
  folder: process.cwd(),
  environment: process.env,
  print: (text: string): void => void process.stdout.write(`${text}\n`),
  complain: (text: string): void => void process.stderr.write(`${text}\n`),
};

try {
  await createProgram(version, terminal).parseAsync();
} catch (error) {
  process.exit(report(error));
}

/** Tells what went wrong, where commander has not done so already; gives the exit code. */
function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : USAGE_EXIT_CODE;
  if (InferenceError.is(error)) terminal.complain(`error: ${error.message}`);
  else terminal.complain(error instanceof Error ? (error.stack ?? error.message) : String(error));
  return 1;
}
