import { spawn } from "node:child_process";
import { once } from "node:events";
import { FRAMEWORK_PROGRAM, freePort } from "@virga/conformance/functions-framework";

const POLL_MS = 20;

/** A function's source folder, running under Google's functions framework in a process of its own. */
export interface FrameworkFunction {
  readonly url: string;
  /** Lines that it has written. */
  log(): readonly string[];
  /** Waits until something is so. @throws Error when the function ends before. */
  until(isSo: () => boolean): Promise<void>;
  /** Ends it as Cloud Run does. */
  stop(): Promise<void>;
}

/** Starts a function with nothing in its environment but what is given; resolves when its port is open. */
export async function startFrameworkFunction(
  folder: string,
  environment: Readonly<Record<string, string>>,
): Promise<FrameworkFunction> {
  const port = await freePort();
  const child = spawn(process.execPath, [FRAMEWORK_PROGRAM], {
    cwd: folder,
    env: { ...environment, PORT: String(port), FUNCTION_SOURCE: folder, FUNCTION_TARGET: "predict" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = once(child, "close");
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (piece: Buffer) => {
      output += piece.toString();
    });
  }
  const until = async (isSo: () => boolean): Promise<void> => {
    while (!isSo()) {
      if (child.exitCode !== null || child.signalCode !== null) throw new Error(`The function ended: ${output}`);
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  };
  await until(() => output.includes("URL: "));
  return {
    url: `http://127.0.0.1:${port}`,
    log: () => output.split("\n"),
    until,
    async stop() {
      child.kill("SIGTERM");
      const cutOff = setTimeout(() => child.kill("SIGKILL"), 10_000);
      await ended;
      clearTimeout(cutOff);
    },
  };
}
