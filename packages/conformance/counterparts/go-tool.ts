import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
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
  // Another counterpart may want the same program at the same time.
  const ours = mkdtempSync(join(folder, "building-"));
  try {
    build(module, ours);
  } catch {
    // A download is worth a second attempt.
    build(module, ours);
  }
  renameSync(join(ours, name), program);
  rmSync(ours, { recursive: true });
  return program;
}

function build(module: string, folder: string): void {
  try {
    execFileSync("go", ["install", module], {
      env: { ...process.env, GOBIN: folder },
      stdio: ["ignore", "ignore", "pipe"],
    });
  } catch (error) {
    throw new Error(`${module} could not be built: Go and its module proxy are needed.`, { cause: error });
  }
}
