import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { CACHE } from "../cache-folder.ts";

const VERSION = "4.0.2";
/** Its install script compiles a client in C++. */
const BUILD_TOOLS = ["cmake", "make", "g++", "python3", "xz", "tar"];

/** The program with which Lambda's own Node images run handlers, built at the first call and kept in the cache. */
export function prepareRuntimeInterfaceClient(): string {
  const folder = join(CACHE, `aws-lambda-ric-${VERSION}`);
  const program = join(folder, "node_modules", "aws-lambda-ric", "index.mjs");
  const complete = join(folder, "complete");
  if (existsSync(complete)) return program;
  const missing = BUILD_TOOLS.filter((tool) => spawnSync(tool, ["--version"]).error !== undefined);
  if (missing.length > 0) {
    throw new Error(`aws-lambda-ric ${VERSION} is compiled when it is installed: install ${missing.join(", ")} first.`);
  }
  process.stdout.write(`  building aws-lambda-ric ${VERSION}, which takes a minute or two …\n`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  npmInstall(folder, `aws-lambda-ric@${VERSION}`);
  writeFileSync(complete, "");
  return program;
}

/** Installs one package into a folder of its own, with the machine's npm and its settings. */
export function npmInstall(folder: string, versioned: string): void {
  // A folder named by `--prefix` would hide those settings, and so would a Node of this repository.
  writeFileSync(join(folder, "package.json"), '{ "private": true }\n');
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  const PATH = folders.filter((each) => !each.endsWith(join("node_modules", ".bin"))).join(delimiter);
  const flags = ["install", "--no-audit", "--no-fund", "--loglevel", "error", versioned];
  const headers = headersPrefix(folders);
  const env = { ...(headers !== undefined && { npm_config_nodedir: headers }), ...process.env, PATH };
  execFileSync("npm", flags, { cwd: folder, env, stdio: ["ignore", "ignore", "inherit"] });
}

/** Where a Node of this machine has its headers, which would otherwise be downloaded; any version's will do. */
function headersPrefix(folders: readonly string[]): string | undefined {
  const prefixes = folders.map((folder) => dirname(folder));
  return prefixes.find((prefix) => existsSync(join(prefix, "include", "node", "node_api.h")));
}
