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

/** Runs a command to its end. @returns its output. @throws Error with what it complained of when it fails. */
export async function runSampled(words: readonly string[], { look, everyMs, deadlineMs }: Sampling): Promise<string> {
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
  const sampling = setInterval(() => {
    if (child.pid !== undefined) look(child.pid);
  }, everyMs);
  const [code, signal] = await once(child, "close");
  clearInterval(sampling);
  if (code !== 0) throw new Error(`${words.join(" ")} ended with ${code ?? signal}: ${complaints}`);
  return said;
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
