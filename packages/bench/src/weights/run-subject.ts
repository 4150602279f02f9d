import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { anonymousBytes, runSampled } from "./sampled-process.ts";
import type { Cost, Job, Report } from "./subject.ts";

/** One run of one subject. */
export interface SubjectRun {
  /** From the start of the process to the end of its job. */
  readonly whole: Cost;
  /** The job alone, where the subject tells it from its start. */
  readonly job: Cost;
  /** Most anonymous memory that was seen at once; 0 where the system does not tell. */
  readonly peakAnonymousBytes: number;
  readonly answer: readonly number[];
}

/** Where and how a subject is run. */
export interface RunPlace {
  /** Words of a command that starts the words after it. */
  readonly launcher?: readonly string[];
  /** In which the run gets a folder of its own; the system's where absent. */
  readonly parent?: string;
  /** What the run holds beside its anonymous memory, asked with each look at it; nothing where absent. */
  readonly besideBytes?: () => number;
}

const SAMPLE_MS = 4;

/** A process that gets too little memory may go on rereading its own code for ever. */
const DEADLINE_MS = 60_000;

/**
 * Runs a bundled subject in a fresh process with a fresh folder.
 *
 * @throws Error with what it said when it fails.
 */
export async function runSubject(
  path: string,
  job: Omit<Job, "directory">,
  { launcher = [], parent = tmpdir(), besideBytes = () => 0 }: RunPlace = {},
): Promise<SubjectRun> {
  const directory = mkdtempSync(join(parent, "virga-bench-"));
  try {
    const startedAtMs = performance.timeOrigin + performance.now();
    const words = [...launcher, process.execPath, path, JSON.stringify({ ...job, directory } satisfies Job)];
    let peakAnonymousBytes = 0;
    const look = (pid: number): void => {
      peakAnonymousBytes = Math.max(peakAnonymousBytes, anonymousBytes(pid) + besideBytes());
    };
    const said = await runSampled(words, { look, everyMs: SAMPLE_MS, deadlineMs: DEADLINE_MS });
    const { endedAtMs, cpuMs, job: cost, answer = [] } = JSON.parse(said) as Report;
    const whole = { wallMs: endedAtMs - startedAtMs, cpuMs };
    return { whole, job: cost ?? whole, peakAnonymousBytes, answer };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
