import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { CACHE } from "./cache-folder.ts";

/**
 * The path of a program written in Go, built at the first call and kept in the cache.
 *
 * @param module with its version, such as `example.org/tool/cmd/tool@v1.0.0`.
 */
export function prepareGoTool(module: string): string {
  const name = module.replace(/@.*/, "").split("/").at(-1) ?? module;
  const folder = join(CACHE, `go-${module.replaceAll(/[^A-Za-z0-9.]+/g, "-")}`);
  const program = join(folder, name);
  if (existsSync(program)) return program;
  process.stdout.write(`  building ${module} …\n`);
  mkdirSync(folder, { recursive: true });
  try {
    execFileSync("go", ["install", module], {
      env: { ...process.env, GOBIN: folder },
      stdio: ["ignore", "ignore", "pipe"],
    });
  } catch (error) {
    throw new Error(`${module} could not be built: Go and its module proxy are needed.`, { cause: error });
  }
  return program;
}
