import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";

/** How a process is watched. */
export interface Sampling {
  /** Called again and again while it runs. */
  readonly look: (pid: number) => void;
  readonly everyMs: number;
  /** The process is killed after so long. */
  readonly deadlineMs: number;
}

/** A command that runs, and is watched. */
export interface SampledProcess {
  readonly pid: number;
  /** Its output once it has ended. Rejects with what it complained of when it fails. */
  readonly ended: Promise<string>;
  /** Ends it whatever it does. */
  stop(): Promise<void>;
}

/** Runs a command to its end. @returns its output. @throws Error with what it complained of when it fails. */
export function runSampled(words: readonly string[], sampling: Sampling): Promise<string> {
  return startSampled(words, sampling).ended;
}

/** Starts a command. */
export function startSampled(words: readonly string[], { look, everyMs, deadlineMs }: Sampling): SampledProcess {
  const [command = "", ...rest] = words;
  const child = spawn(command, rest, { timeout: deadlineMs, killSignal: "SIGKILL" });
  let said = "";
  let complaints = "";
  child.stdout.on("data", (piece) => {
    said += piece;
  });
  child.stderr.on("data", (piece) => {
    complaints += piece;
  });
  const { pid = 0 } = child;
  const sampling = setInterval(() => look(pid), everyMs);
  const ended = once(child, "close")
    .finally(() => clearInterval(sampling))
    .then(([code, signal]) => {
      if (code !== 0) throw new Error(`${words.join(" ")} ended with ${code ?? signal}: ${complaints}`);
      return said;
    });
  return {
    pid,
    ended,
    async stop() {
      child.kill("SIGKILL");
      await ended.catch(() => undefined);
    },
  };
}

/** Memory of a process that is no file's; 0 once it has ended, and where there is no `/proc`. */
export function anonymousBytes(pid: number): number {
  try {
    const kilobytes = /^RssAnon:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
    return Number(kilobytes ?? 0) * 1024;
  } catch {
    return 0;
  }
}

/** Source: proc(5); sysconf(_SC_CLK_TCK) is 100 wherever Node runs on Linux. */
const TICKS_PER_MS = 0.1;

/** What a process has taken of its processors so far, to 10 ms; 0 where there is no `/proc`. */
export function cpuMilliseconds(pid: number): number {
  try {
    // After the name of the program, which may hold anything: fields 14 and 15 of the line.
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)?.split(" ") ?? [];
    return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_MS;
  } catch {
    return 0;
  }
}
