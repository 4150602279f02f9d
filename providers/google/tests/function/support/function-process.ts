import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { FRAMEWORK_PROGRAM, freePort } from "@virga/conformance/functions-framework";

const ENTRIES = {
  /** Says when it begins, and takes a moment. */
  slow: new URL("entry.ts", import.meta.url),
  /** Answers nobody before many have come. */
  together: new URL("together-entry.ts", import.meta.url),
} as const;
const POLL_MS = 20;

/** A function in a process of its own, as the platform starts it. */
export interface FunctionProcess {
  readonly url: string;
  output(): string;
  /** Waits until this has been written so many times. */
  wrote(text: string, times: number): Promise<void>;
  kill(signal: NodeJS.Signals): void;
  /** Code and signal. */
  readonly exit: Promise<unknown[]>;
}

const running = new Set<ChildProcess>();

/** Ends what a failed test has left. */
export function endFunctionProcesses(): void {
  for (const child of running) child.kill("SIGKILL");
}

/** Resolves when the port is open. */
export async function startFunctionProcess(
  environment: Record<string, string>,
  entry: keyof typeof ENTRIES = "slow",
): Promise<FunctionProcess> {
  const source = fileURLToPath(ENTRIES[entry]);
  const port = await freePort();
  const flags = ["--conditions=virga:source", "--disable-warning=ExperimentalWarning"];
  const child = spawn(process.execPath, [...flags, FRAMEWORK_PROGRAM, `--source=${source}`, `--port=${port}`], {
    env: { PATH: process.env["PATH"], FUNCTION_TARGET: "predict", ...environment },
    stdio: ["ignore", "pipe", "inherit"],
  });
  running.add(child);
  const exit = once(child, "exit").finally(() => running.delete(child));
  let output = "";
  child.stdout.on("data", (piece: Buffer) => {
    output += piece.toString();
  });
  const wrote = async (text: string, times: number): Promise<void> => {
    while (output.split(text).length <= times) {
      if (child.exitCode !== null) throw new Error(`The function ended with ${child.exitCode}: ${output}`);
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  };
  await wrote("URL: ", 1);
  return { url: `http://127.0.0.1:${port}`, output: () => output, wrote, kill: (signal) => child.kill(signal), exit };
}
