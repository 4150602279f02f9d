import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FRAMEWORK_PROGRAM, freePort } from "@virga/conformance/functions-framework";
import { hasMemoryDisk, MEMORY_DISK, usedBytes } from "../memory/memory-disk.ts";
import type { FunctionRun } from "../packaged/measure-functions.ts";
import { anonymousBytes, cpuMilliseconds, startSampled } from "../weights/sampled-process.ts";
import { inputNumbers } from "../weights/subject.ts";
import { firstAnswer } from "./first-answer.ts";

const SAMPLE_MS = 4;
const DEADLINE_MS = 60_000;

/** What is run against which store. */
export interface FunctionStart {
  /** The function's source. */
  readonly folder: string;
  readonly endpoint: string;
  readonly bucket: string;
  /** Words of a command that starts the words after it. */
  readonly launcher: readonly string[];
}

/**
 * Starts a function under the functions framework as Cloud Run does, asks it once, and ends it. What its files take of
 * the memory disk, where there is one, counts as memory.
 *
 * @throws Error with what it said when it fails.
 */
export async function runFunction(start: FunctionStart): Promise<FunctionRun> {
  const besideBytes = hasMemoryDisk() ? usedBytes : () => 0;
  const before = besideBytes();
  const cache = mkdtempSync(join(hasMemoryDisk() ? MEMORY_DISK : tmpdir(), "virga-bench-"));
  const port = await freePort();
  let peakAnonymousBytes = 0;
  const look = (pid: number): void => {
    peakAnonymousBytes = Math.max(peakAnonymousBytes, anonymousBytes(pid) + besideBytes() - before);
  };
  const startedAtMs = performance.now();
  const running = startSampled(toWords(start, cache, port), { look, everyMs: SAMPLE_MS, deadlineMs: DEADLINE_MS });
  const gone = new AbortController();
  const ended = running.ended.catch(String).then((said) => {
    gone.abort(new Error(`the function ended before it answered: ${said}`));
  });
  try {
    const answer = await firstAnswer(port, "/predict", toBody(), gone.signal);
    const whole = { wallMs: performance.now() - startedAtMs, cpuMs: cpuMilliseconds(running.pid) };
    const { y } = JSON.parse(answer.toString()) as { readonly y: readonly (readonly number[])[] };
    return { whole, peakAnonymousBytes, answer: y.flat() };
  } finally {
    await running.stop();
    await ended;
    rmSync(cache, { recursive: true, force: true });
  }
}

function toBody(): Parameters<typeof firstAnswer>[2] {
  const bytes = Buffer.from(JSON.stringify({ x: [Array.from(inputNumbers())] }));
  return { bytes, headers: { "content-type": "application/json" } };
}

function toWords({ folder, endpoint, bucket, launcher }: FunctionStart, cache: string, port: number): string[] {
  const environment = {
    PORT: String(port),
    FUNCTION_TARGET: "predict",
    FUNCTION_SIGNATURE_TYPE: "http",
    FUNCTION_SOURCE: folder,
    // As the SDK's client takes it, which the hand-written function is; of it, ours needs the host.
    STORAGE_EMULATOR_HOST: `${endpoint}/storage/v1`,
    VIRGA_STORE: `gs://${bucket}`,
    VIRGA_CACHE: cache,
  };
  const assignments = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
  return [...launcher, "env", "-i", ...assignments, process.execPath, FRAMEWORK_PROGRAM];
}
