import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import type { Invoke, Invoked } from "@virga/conformance/lambda-front";
import { freePort } from "../stand-in.ts";
import { type FunctionSetup, prepareEnvironment } from "./function-instance.ts";
import { type Place, withWeights } from "./started-function.ts";

/** A function under AWS's emulator, which starts, ends and replaces its instances. */
export interface EmulatedFunction {
  readonly invoke: Invoke;
  /** Lines of the emulator's log and the function's. */
  readonly log: readonly string[];
  /** Paths that were read from the bucket of its weights. */
  readonly reads: readonly string[];
}

const INVOCATIONS = "2015-03-31/functions/function/invocations";
const PATIENCE_MS = 60_000;
const PAUSE_MS = 50;

/** Runs `work` with a function under the emulator, both ends of it on the loopback, and ends it after. */
export async function withEmulated(
  place: Place,
  emulator: string,
  timeoutSeconds: number,
  work: (emulated: EmulatedFunction) => Promise<void>,
): Promise<void> {
  const variables = { AWS_LAMBDA_FUNCTION_TIMEOUT: String(timeoutSeconds) };
  await withWeights(place, { environment: variables }, async ({ environment, reads }) => {
    const setup = { ...place.setup, handler: "index.handler", scratch: place.scratch, environment } as const;
    await withEmulator(emulator, setup, (invoke, log) => work({ invoke, log, reads }));
  });
}

async function withEmulator(
  emulator: string,
  setup: FunctionSetup,
  work: (invoke: Invoke, log: readonly string[]) => Promise<void>,
): Promise<void> {
  const front = `127.0.0.1:${await freePort()}`;
  const runtimeApi = `127.0.0.1:${await freePort()}`;
  const addresses = ["--runtime-interface-emulator-address", front, "--runtime-api-address", runtimeApi];
  const runtime = [setup.nodeProgram, setup.runtimeInterfaceClient, setup.handler];
  const child = spawn(emulator, [...addresses, ...runtime], {
    cwd: setup.folder,
    stdio: ["ignore", "pipe", "pipe"],
    env: prepareEnvironment(setup),
  });
  const log: string[] = [];
  for (const stream of [child.stdout, child.stderr]) createInterface(stream).on("line", (line) => log.push(line));
  const ended = once(child, "exit");
  try {
    await untilListening(`http://${front}`);
    await work((payload) => invokeAt(`http://${front}/${INVOCATIONS}`, payload), log);
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.stack : error}\n${log.join("\n")}`, { cause: error });
  } finally {
    // It ends the function's process on its own way out; killed outright it would leave it.
    child.kill("SIGTERM");
    await ended;
  }
}

/** Asked for a page that it has not, so that no instance is started before somebody invokes. */
async function untilListening(url: string): Promise<void> {
  const untilMs = performance.now() + PATIENCE_MS;
  while ((await fetch(url).catch(() => undefined)) === undefined) {
    if (performance.now() > untilMs) throw new Error(`The emulator does not listen at ${url}.`);
    await sleep(PAUSE_MS);
  }
}

/** Its answer to a failure has the status of a success; what it says of itself is no JSON. */
async function invokeAt(url: string, payload: string): Promise<Invoked> {
  const response = await fetch(url, { method: "POST", body: payload });
  const text = await response.text();
  if (!text.startsWith("{")) return { kind: "error", errorType: "Sandbox", errorMessage: text };
  const { errorType, errorMessage } = JSON.parse(text);
  return errorType === undefined ? { kind: "result", text } : { kind: "error", errorType, errorMessage };
}
