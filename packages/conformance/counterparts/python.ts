import { execFileSync, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { CACHE } from "./cache-folder.ts";
import type { CheckResult } from "./counterpart.ts";

/** Where scripts find `checks.py`. */
const HERE = fileURLToPath(new URL(".", import.meta.url));
const PIP_FLAGS = ["install", "--quiet", "--disable-pip-version-check", "--no-input", "--requirement"];

/**
 * The `bin` folder of a Python environment with just these requirements, made at the first call and kept in the cache.
 *
 * @param requirements path of a pip requirements file.
 */
export function preparePython(requirements: string): string {
  const version = pythonVersion();
  const hash = createHash("sha256").update(version).update(readFileSync(requirements)).digest("hex").slice(0, 16);
  const environment = join(CACHE, `python-${hash}`);
  const bin = join(environment, "bin");
  const complete = join(environment, "complete");
  if (existsSync(complete)) return bin;
  process.stdout.write(`  installing ${requirements.split("/").pop()} for ${version} …\n`);
  rmSync(environment, { recursive: true, force: true });
  mkdirSync(CACHE, { recursive: true });
  execFileSync("python3", ["-m", "venv", environment], { stdio: "inherit" });
  execFileSync(join(bin, "python"), ["-m", "pip", ...PIP_FLAGS, requirements], { stdio: "inherit" });
  writeFileSync(complete, "");
  return bin;
}

function pythonVersion(): string {
  try {
    return execFileSync("python3", ["--version"], { encoding: "utf8" }).trim();
  } catch (error) {
    throw new Error("Python 3 with venv and pip is needed: install it, then run this again.", { cause: error });
  }
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
