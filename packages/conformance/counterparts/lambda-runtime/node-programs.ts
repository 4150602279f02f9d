import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { CACHE } from "../cache-folder.ts";
import { npmInstall } from "./runtime-interface-client.ts";

/** Where CI keeps it as well. */
const NODE_24 = join(dirname(CACHE), "node-24.21.0");

/** The versions of Node that functions are deployed with, by path: this one, and 24. */
export function prepareNodePrograms(): readonly string[] {
  const program = join(NODE_24, "node_modules", "node", "bin", "node");
  if (!existsSync(program)) {
    mkdirSync(NODE_24, { recursive: true });
    npmInstall(NODE_24, "node@24.21.0");
  }
  return [process.execPath, program];
}

/** Such as `v22.23.3`. */
export function versionOf(program: string): string {
  return execFileSync(program, ["--version"], { encoding: "utf8" }).trim();
}
