import { createRequire } from "node:module";
import { InferenceError } from "@virga/core";
import { CommanderError } from "commander";
import type { Terminal } from "./print/terminal.ts";
import { createProgram } from "./program.ts";

/** The command line was wrong, as against something that it named. */
const USAGE_EXIT_CODE = 2;

/** Carries out what this process was called with; ends it with another code than 0 where that fails. */
export async function runCommandLine(environment: Terminal["environment"]): Promise<void> {
  // Errors of a predictor point at its source, not at the bundle made of it.
  process.setSourceMapsEnabled(true);
  // The reader of a pipe may go before everything is written.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 1));
  const { version } = createRequire(import.meta.url)("../package.json") as { version: string };
  const terminal: Terminal = {
    folder: process.cwd(),
    environment,
    print: (text) => void process.stdout.write(`${text}\n`),
    complain: (text) => void process.stderr.write(`${text}\n`),
  };
  try {
    await createProgram(version, terminal).parseAsync();
  } catch (error) {
    process.exit(report(error, terminal));
  }
}

/** Tells what went wrong, where commander has not done so already; gives the exit code. */
function report(error: unknown, terminal: Terminal): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : USAGE_EXIT_CODE;
  if (InferenceError.is(error)) terminal.complain(`error: ${error.message}`);
  else terminal.complain(error instanceof Error ? (error.stack ?? error.message) : String(error));
  return 1;
}
