import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { preparePython as preparePythonIn } from "@virga/conformance/python-environment";
import { CACHE } from "./cache-folder.ts";
import type { CheckResult } from "./counterpart.ts";

/** Where scripts find `checks.py`. */
const HERE = fileURLToPath(new URL(".", import.meta.url));

/** The `bin` folder of a Python environment with just these requirements, kept in the counterparts' cache. */
export function preparePython(requirements: string): string {
  return preparePythonIn(requirements, CACHE);
}

/** Runs a script that prints one JSON object for each check, and passes them on; anything else it prints is shown. */
export async function runChecks(
  python: string,
  argumentsOfScript: readonly string[],
  report: (result: CheckResult) => void,
): Promise<void> {
  const child = spawn(join(python, "python"), argumentsOfScript, {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, PYTHONPATH: HERE, PYTHONDONTWRITEBYTECODE: "1" },
  });
  const ended = once(child, "exit");
  for await (const line of createInterface(child.stdout)) {
    if (line.startsWith("{")) report(JSON.parse(line));
    else process.stdout.write(`  ${line}\n`);
  }
  const [code] = await ended;
  if (code !== 0) throw new Error(`The script ended with exit code ${code}.`);
}
