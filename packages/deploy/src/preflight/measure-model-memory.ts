import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createOnnxEngine, type ModelSource } from "@virga/core";
import { chooseLoad, type Manifest, prepareModel } from "@virga/core/weights";
import type { MeasuredMemory, ProcessMemory } from "./measured-memory.ts";
import { anonymousBytesOf } from "./process-memory.ts";

/** How long a measurement may take, and who is told why there is none. */
export interface MeasureOptions {
  /** A minute where absent. */
  readonly deadlineMs?: number;
  readonly report?: (text: string) => void;
}

const DEADLINE_MS = 60_000;
/** Often enough for what is taken only while a model is loaded. */
const SAMPLE_MS = 10;

/** Sources run as they are, with the imports of sources; what is built runs what is built. */
const IS_SOURCE = import.meta.url.endsWith(".ts");
const SOURCE = fileURLToPath(new URL("./measured-process.ts", import.meta.url));
const PROGRAM = IS_SOURCE ? SOURCE : SOURCE.replace(/\.ts$/, ".js");
const FLAGS = IS_SOURCE ? ["--conditions=virga:source", "--disable-warning=ExperimentalWarning"] : [];

/**
 * Prepares a model and measures what it takes on this machine, as a deployed function would load and run it: with one
 * thread, for one random input of the smallest size. Nothing where it could not be measured; `report` is told why.
 *
 * @throws InferenceError what preparing it throws.
 */
export async function measureModelMemory(
  modelPath: string,
  options: MeasureOptions = {},
): Promise<MeasuredMemory | undefined> {
  const folder = await mkdtemp(join(tmpdir(), "virga-measure-"));
  try {
    return await measurePreparedMemory(folder, await prepareModel(modelPath, folder), options);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** As `measureModelMemory`, for a model that has been prepared into a folder already. */
export async function measurePreparedMemory(
  folder: string,
  manifest: Manifest,
  options: MeasureOptions = {},
): Promise<MeasuredMemory | undefined> {
  const { graph, mode } = await chooseLoad(createOnnxEngine({ threads: 1 }), manifest);
  const source: ModelSource = { kind: "file", path: join(folder, graph), ...(mode && { mode }) };
  return watch(
    fork(PROGRAM, [JSON.stringify(source)], { execArgv: FLAGS, stdio: ["ignore", "ignore", "pipe", "ipc"] }),
    options,
  );
}

async function watch(
  child: ChildProcess,
  { deadlineMs = DEADLINE_MS, report }: MeasureOptions,
): Promise<MeasuredMemory | undefined> {
  let measured: MeasuredMemory | undefined;
  let mostAnonymousBytes = 0;
  let complaint = "";
  // Our own process says nothing else.
  child.on("message", (message: MeasuredMemory) => {
    measured = message;
  });
  child.stderr?.on("data", (text) => {
    complaint = `${complaint}${text}`.slice(-COMPLAINT_CHARACTERS);
  });
  const sampling = setInterval(() => {
    mostAnonymousBytes = Math.max(mostAnonymousBytes, anonymousBytesOf(child.pid ?? 0));
  }, SAMPLE_MS);
  const deadline = setTimeout(() => child.kill("SIGKILL"), deadlineMs);
  try {
    await once(child, "close");
  } finally {
    clearInterval(sampling);
    clearTimeout(deadline);
  }
  if (measured === undefined) {
    report?.(`The model's memory could not be measured: ${reasonOf(child, deadlineMs, complaint)}`);
    return undefined;
  }
  return { ...measured, total: withHighest(measured.total, mostAnonymousBytes) };
}

/** Of what a process said last; its stack comes first. */
const COMPLAINT_CHARACTERS = 2_000;

function reasonOf({ exitCode, signalCode, killed }: ChildProcess, deadlineMs: number, complaint: string): string {
  if (killed) return `it took more than ${deadlineMs / 1_000} s.`;
  const end = signalCode ?? `exit code ${exitCode}`;
  return `the process that ran it ended with ${end}. ${complaint.trim()}`;
}

/** A process tells what it has when it is done; while it loaded, it may have had more. */
function withHighest(total: ProcessMemory, mostAnonymousBytes: number): ProcessMemory {
  const { anonymousBytes } = total;
  return anonymousBytes === undefined
    ? total
    : { ...total, anonymousBytes: Math.max(anonymousBytes, mostAnonymousBytes) };
}
