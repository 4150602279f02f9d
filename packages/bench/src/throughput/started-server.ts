import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { processTree } from "./process-tree.ts";

/** A server that listens, in a process of its own. */
export interface StartedServer {
  readonly pid: number;
  readonly port: number;
  /** Resolves when it and all that it started have ended. */
  stop(): Promise<void>;
}

/** How a server is started. */
export interface ServerCommand {
  /** Program and arguments. */
  readonly words: readonly string[];
  readonly port: number;
  /** Answers 200 once the server can predict. */
  readonly readyPath: string;
}

const START_MS = 60_000;
const STOP_MS = 10_000;
const POLL_MS = 50;
const MOST_COMPLAINTS = 4_000;

/** Starts a server and waits until it is ready. @throws Error with what it said when it is not within a minute. */
export async function startServerCommand(command: ServerCommand): Promise<StartedServer> {
  const [program = "", ...rest] = command.words;
  const child = spawn(program, rest, { stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (piece) => {
      said = `${said}${piece}`.slice(-MOST_COMPLAINTS);
    });
  }
  const failed = once(child, "error");
  failed.catch((error: unknown) => {
    said += String(error);
  });
  try {
    await untilReady(child, command);
  } catch (error) {
    await stopTree(child);
    throw new Error(`${error instanceof Error ? error.message : error}\n${said}`, { cause: error });
  }
  return { pid: child.pid ?? 0, port: command.port, stop: () => stopTree(child) };
}

/** A port that nobody listens on at the moment, for servers that do not say which they took. */
export async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("the system gave no port");
  return address.port;
}

async function untilReady(child: ChildProcess, { words, port, readyPath }: ServerCommand): Promise<void> {
  const startedAtMs = performance.now();
  const url = `http://127.0.0.1:${port}${readyPath}`;
  while (performance.now() - startedAtMs < START_MS) {
    if (child.pid === undefined || hasEnded(child)) throw new Error(`${words.join(" ")} ended before it was ready`);
    const isReady = await fetch(url).then(
      (response) => response.ok,
      () => false,
    );
    if (isReady) return;
    await sleep(POLL_MS);
  }
  throw new Error(`${words.join(" ")} was not ready within a minute`);
}

/** Asks the server to end, and ends what is left of it and its workers after a while. */
async function stopTree(child: ChildProcess): Promise<void> {
  const { pid } = child;
  if (pid === undefined || hasEnded(child)) return;
  const tree = processTree(pid);
  const ended = once(child, "exit");
  child.kill("SIGTERM");
  const force = setTimeout(() => child.kill("SIGKILL"), STOP_MS);
  await ended;
  clearTimeout(force);
  for (const each of tree) endProcess(each);
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}

function endProcess(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has ended by itself.
  }
}
