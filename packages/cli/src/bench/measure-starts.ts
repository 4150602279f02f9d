import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { InferenceError } from "@virga/core";
import type { FirstQuestion } from "./first-prediction.ts";
import { quantile } from "./measure-latency.ts";

const STARTS = 5;
/** No further start begins after this. */
const STARTS_MS = 15_000;
const DEADLINE_MS = 60_000;

/** Sources run as they are, with the imports of sources; what is built runs what is built. */
const IS_SOURCE = import.meta.url.endsWith(".ts");
const PROGRAM = fileURLToPath(new URL(IS_SOURCE ? "./first-prediction.ts" : "./first-prediction.js", import.meta.url));
const FLAGS = IS_SOURCE ? ["--conditions=virga:source", "--disable-warning=ExperimentalWarning"] : [];

/**
 * The median time from the start of a process to its first prediction, in ms, with the model on the disk.
 *
 * @throws InferenceError `RUN_FAILED` when a process ends without predicting, or takes more than a minute.
 */
export async function measureStarts(question: FirstQuestion): Promise<number> {
  const times: number[] = [];
  const began = performance.now();
  do times.push(await timeStart(question));
  while (times.length < STARTS && performance.now() - began < STARTS_MS);
  return quantile(
    times.sort((one, other) => one - other),
    0.5,
  );
}

async function timeStart(question: FirstQuestion): Promise<number> {
  const began = performance.now();
  const child = fork(PROGRAM, {
    execArgv: FLAGS,
    serialization: "advanced",
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
  let predictedMs: number | undefined;
  let complaint = "";
  child.once("message", () => {
    predictedMs = performance.now() - began;
  });
  child.stderr?.on("data", (text) => {
    complaint = `${complaint}${text}`.slice(-COMPLAINT_CHARACTERS);
  });
  // A process that cannot be sent anything has ended, which is told below.
  child.send(question, () => undefined);
  const deadline = setTimeout(() => child.kill("SIGKILL"), DEADLINE_MS);
  try {
    await once(child, "close");
  } finally {
    clearTimeout(deadline);
  }
  if (predictedMs !== undefined) return predictedMs;
  const end = child.killed ? `no answer within ${DEADLINE_MS / 1_000} s` : complaint.trim();
  throw new InferenceError("RUN_FAILED", `A fresh process did not predict: ${end}.`);
}

/** Of what a process said last; its stack comes first. */
const COMPLAINT_CHARACTERS = 2_000;
