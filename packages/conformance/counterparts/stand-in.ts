import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

const PATIENCE_MS = 60_000;
const PAUSE_MS = 100;

/** A server of somebody else, to be run on one free port of the loopback. */
export interface StandIn {
  readonly command: string;
  arguments(port: number): readonly string[];
  environment?(port: number): Readonly<Record<string, string>>;
  /** Answers as soon as the server is up, whatever its status. */
  readonly readyPath: string;
  readonly folder: string;
}

/** Runs `work` with the address of a server that is started for it and stopped after it. */
export async function withStandIn(standIn: StandIn, work: (url: string) => Promise<void>): Promise<void> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const child = spawn(standIn.command, standIn.arguments(port), {
    cwd: standIn.folder,
    env: { ...process.env, ...standIn.environment?.(port) },
    stdio: "ignore",
  });
  const ended = once(child, "exit");
  try {
    await untilUp(child, `${url}${standIn.readyPath}`);
    await work(url);
  } finally {
    if (child.exitCode === null) child.kill("SIGTERM");
    await Promise.race([ended, sleep(5_000).then(() => child.kill("SIGKILL"))]);
  }
}

async function untilUp(child: ChildProcess, url: string): Promise<void> {
  const untilMs = performance.now() + PATIENCE_MS;
  while (performance.now() < untilMs) {
    if (child.exitCode !== null) throw new Error(`${child.spawnfile} ended with exit code ${child.exitCode}.`);
    const answer = await fetch(url, { signal: AbortSignal.timeout(1_000) }).catch(() => undefined);
    if (answer !== undefined) return;
    await sleep(PAUSE_MS);
  }
  throw new Error(`${child.spawnfile} did not answer at ${url} within ${PATIENCE_MS / 1_000} s.`);
}

/** A port of the loopback that nobody listens on, for servers that cannot choose one. */
export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const address = probe.address();
  probe.close();
  await once(probe, "close");
  if (address === null || typeof address === "string") throw new Error("No free port was found.");
  return address.port;
}
