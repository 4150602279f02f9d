import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CACHE } from "../cache-folder.ts";

/** What AWS packages its emulator in, already built. */
const PACKAGE = "aws-sam-cli";
const VERSION = "1.170.0";
const PIP_FLAGS = ["install", "--quiet", "--disable-pip-version-check", "--no-input", "--no-deps", "--no-compile"];
const PROGRAM = { x64: "aws-lambda-rie-x86_64", arm64: "aws-lambda-rie-arm64" };

/** AWS's own emulator of what runs functions, taken from its command line tool at the first call and kept in the cache. */
export function prepareRuntimeInterfaceEmulator(): string {
  const folder = join(CACHE, `${PACKAGE}-${VERSION}`);
  const program = join(folder, "samcli", "local", "rapid", PROGRAM[process.arch === "arm64" ? "arm64" : "x64"]);
  const complete = join(folder, "complete");
  if (existsSync(complete)) return program;
  process.stdout.write(`  installing the Runtime Interface Emulator of ${PACKAGE} ${VERSION} …\n`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  execFileSync("python3", ["-m", "pip", ...PIP_FLAGS, "--target", folder, `${PACKAGE}==${VERSION}`], {
    stdio: "inherit",
  });
  chmodSync(program, 0o755);
  writeFileSync(complete, "");
  return program;
}
