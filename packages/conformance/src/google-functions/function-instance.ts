import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import { FRAMEWORK_PROGRAM, freePort } from "../functions-framework/framework-program.ts";
import { GoogleApiError } from "./google-error.ts";

const MOST_START_MS = 60_000;
const POLL_MS = 50;

/** A function's source, running. */
export interface FunctionInstance {
  readonly port: number;
  /** Ends it as Cloud Run does. */
  stop(): Promise<void>;
}

/**
 * Runs a source folder under the functions framework, as Cloud Run would.
 *
 * @param log told each line that it writes. @throws GoogleApiError when it does not open its port.
 */
export async function startInstance(
  folder: string,
  environment: Readonly<Record<string, string>>,
  log: (line: string) => void,
): Promise<FunctionInstance> {
  const port = await freePort();
  const child = spawn(process.execPath, [FRAMEWORK_PROGRAM], {
    cwd: folder,
    env: { ...environment, PORT: String(port), FUNCTION_SOURCE: folder },
    stdio: ["ignore", "pipe", "pipe"],
  });
  for (const stream of [child.stdout, child.stderr]) stream.on("data", createLineReader(log));
  const until = Date.now() + MOST_START_MS;
  while (!(await isOpen(port))) {
    if (child.exitCode === null && Date.now() < until) {
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      continue;
    }
    await stop(child);
    throw new GoogleApiError(
      "FAILED_PRECONDITION",
      `The user-provided container failed to start and listen on the port defined provided by the PORT=${port} environment variable. Logs for this revision might contain more information.`,
    );
  }
  return { port, stop: () => stop(child) };
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  child.kill("SIGTERM");
  const cutOff = setTimeout(() => child.kill("SIGKILL"), 10_000);
  await ended;
  clearTimeout(cutOff);
}

function createLineReader(take: (line: string) => void): (piece: Buffer) => void {
  let rest = "";
  return (piece) => {
    const lines = (rest + piece.toString()).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) take(line);
  };
}

async function isOpen(port: number): Promise<boolean> {
  const socket = connect(port, "127.0.0.1");
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
