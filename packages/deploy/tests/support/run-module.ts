import { spawn } from "node:child_process";
import { once } from "node:events";

/** Runs a module in a process with nothing in its environment but what is given; gives what it printed as JSON. */
export async function runModule(
  folder: string,
  code: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<unknown> {
  const child = spawn(process.execPath, ["--input-type=module", "--eval", code], { cwd: folder, env: environment });
  let stdout = "";
  let stderr = "";
  child.stdout.on("data", (piece: Buffer) => {
    stdout += piece.toString();
  });
  child.stderr.on("data", (piece: Buffer) => {
    stderr += piece.toString();
  });
  const [exitCode] = await once(child, "close");
  if (exitCode !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}
