import { writeSync } from "node:fs";
import { RandomNumbers } from "../models/random-numbers.ts";

/** What a subject, a process of its own, is told to do. */
export interface Job {
  readonly endpoint: string;
  readonly bucket: string;
  /** Of the original model. */
  readonly originalKey: string;
  /** Of the model in the registry that the bucket holds. */
  readonly name: string;
  /** Of the largest prepared file. */
  readonly dataKey: string;
  readonly dataBytes: number;
  /** A folder that is its own. */
  readonly directory: string;
  readonly connections: number;
  /** PEM of the server's own certificate, for those that do not read the environment's. */
  readonly certificateAuthority?: string;
}

/** What one thing took, the start of the process left out. */
export interface Cost {
  readonly wallMs: number;
  readonly cpuMs: number;
}

/** What a subject says of itself when it has done its job. */
export interface Report {
  /** Since the epoch. */
  readonly endedAtMs: number;
  /** Since the process began. */
  readonly cpuMs: number;
  /** Since `begin`, where that was called. */
  readonly job?: Cost;
  readonly answer?: readonly number[];
}

/** Answers nobody needs credentials for; they are signed all the same. */
export const CREDENTIALS = { accessKeyId: "benchmark", secretAccessKey: "benchmark" } as const;
export const REGION = "us-east-1";

const WIDTH = 1024;

/** The one row that every subject predicts: `float32[1, 1024]`. */
export const INPUT_SHAPE: readonly number[] = [1, WIDTH];
export function inputNumbers(): Float32Array {
  return new RandomNumbers(7).uniform(WIDTH, 1);
}

export function readJob(): Job {
  return JSON.parse(process.argv[2] ?? "") as Job;
}

/** The time and the CPU time of this process now. */
function readClocks(): Cost {
  const { user, system } = process.cpuUsage();
  return { wallMs: performance.now(), cpuMs: (user + system) / 1000 };
}

let begun: Cost | undefined;

/** Starts a clock for the job alone. */
export function begin(): void {
  begun = readClocks();
}

/** To be called at once when the job is done: the clocks stop here. */
export function report(answer?: ArrayLike<number>): void {
  const { wallMs, cpuMs } = readClocks();
  const said: Report = {
    endedAtMs: performance.timeOrigin + wallMs,
    cpuMs,
    ...(begun && { job: { wallMs: wallMs - begun.wallMs, cpuMs: cpuMs - begun.cpuMs } }),
    ...(answer && { answer: Array.from(answer) }),
  };
  writeSync(1, `${JSON.stringify(said)}\n`);
}
