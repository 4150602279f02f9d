import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
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

const SAMPLE_MS = 4;

/** A process that gets too little memory may go on rereading its own code for ever. */
const DEADLINE_MS = 60_000;

/**
 * Runs a bundled subject in a fresh process with a fresh folder.
 *
 * @param launcher words of a command that starts the words after it.
 * @throws Error with what it said when it fails.
 */
export async function runSubject(
  path: string,
  job: Omit<Job, "directory">,
  launcher: readonly string[] = [],
): Promise<SubjectRun> {
  const directory = mkdtempSync(join(tmpdir(), "virga-bench-"));
  try {
    const startedAtMs = performance.timeOrigin + performance.now();
    const words = [...launcher, process.execPath, path, JSON.stringify({ ...job, directory } satisfies Job)];
    const [command = "", ...rest] = words;
    const child = spawn(command, rest, { timeout: DEADLINE_MS, killSignal: "SIGKILL" });
    let said = "";
    let complaints = "";
    child.stdout.on("data", (piece) => {
      said += piece;
    });
    child.stderr.on("data", (piece) => {
      complaints += piece;
    });
    let peakAnonymousBytes = 0;
    const sampling = setInterval(() => {
      peakAnonymousBytes = Math.max(peakAnonymousBytes, anonymousBytes(child.pid));
    }, SAMPLE_MS);
    const [code, signal] = await once(child, "close");
    clearInterval(sampling);
    if (code !== 0) throw new Error(`${path} ended with ${code ?? signal}: ${complaints}`);
    const { endedAtMs, cpuMs, job: cost, answer = [] } = JSON.parse(said) as Report;
    const whole = { wallMs: endedAtMs - startedAtMs, cpuMs };
    return { whole, job: cost ?? whole, peakAnonymousBytes, answer };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Memory of a process that is no file's; 0 once it has ended, and where there is no `/proc`. */
function anonymousBytes(pid: number | undefined): number {
  try {
    const kilobytes = /^RssAnon:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
    return Number(kilobytes ?? 0) * 1024;
  } catch {
    return 0;
  }
}
