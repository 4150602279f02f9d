import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const MAIN = fileURLToPath(new URL("../../src/main.ts", import.meta.url));

/** A started `virga`. */
export interface RunningVirga {
  readonly process: ChildProcess;
  stdout(): string;
  stderr(): string;
  /** Waits for this text in either output. @throws Error when the process ends without it. */
  wrote(text: string | RegExp, times?: number): Promise<void>;
  /** The code that the process ends with. */
  readonly exitCode: Promise<number | null>;
}

export interface RunResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts the cli from its sources, in a folder. */
export function startVirga(folder: string, ...options: readonly string[]): RunningVirga {
  return startVirgaIn(process.env, folder, ...options);
}

/** The same in another environment. */
export function startVirgaIn(env: NodeJS.ProcessEnv, folder: string, ...options: readonly string[]): RunningVirga {
  const child = spawn(
    process.execPath,
    ["--conditions=virga:source", "--disable-warning=ExperimentalWarning", MAIN, ...options],
    { cwd: folder, stdio: ["pipe", "pipe", "pipe"], env },
  );
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (piece: Buffer) => {
    stdout += piece.toString();
  });
  child.stderr.on("data", (piece: Buffer) => {
    stderr += piece.toString();
  });
  const exitCode = once(child, "close").then(([code]: (number | null)[]) => code ?? null);
  return {
    process: child,
    stdout: () => stdout,
    stderr: () => stderr,
    exitCode,
    async wrote(text, times = 1) {
      const pattern = typeof text === "string" ? RegExp(text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&"), "g") : text;
      while (((stdout + stderr).match(pattern)?.length ?? 0) < times) {
        if (child.exitCode !== null) throw new Error(`virga ended without ${text}:\n${stdout}${stderr}`);
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    },
  };
}

/** Runs the cli to its end. */
export async function runVirga(
  folder: string,
  options: readonly string[],
  input: string | Uint8Array = "",
): Promise<RunResult> {
  const virga = startVirga(folder, ...options);
  virga.process.stdin?.end(input);
  const code = await virga.exitCode;
  return { code, stdout: virga.stdout(), stderr: virga.stderr() };
}
