import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";

const PIP_FLAGS = ["install", "--quiet", "--disable-pip-version-check", "--no-input", "--requirement"];

/**
 * The `bin` folder of a Python environment with just these requirements, made at the first call and kept in the cache.
 *
 * @param requirements path of a pip requirements file.
 * @throws Error when there is no Python 3, or it cannot install them.
 */
export function preparePython(requirements: string, cache: string): string {
  const version = pythonVersion();
  const hash = createHash("sha256").update(version).update(readFileSync(requirements)).digest("hex").slice(0, 16);
  const environment = join(cache, `python-${hash}`);
  const bin = join(environment, "bin");
  const complete = join(environment, "complete");
  if (existsSync(complete)) return bin;
  process.stderr.write(`  installing ${basename(requirements)} for ${version} …\n`);
  rmSync(environment, { recursive: true, force: true });
  mkdirSync(cache, { recursive: true });
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
