// Compiles what is published (the cli, the plugin and all they import); what has not changed is left alone.
// With --quiet it says nothing unless there is something to wait for.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const compiler = createRequire(import.meta.url).resolve("typescript/bin/tsc");
const isFirst = !existsSync(new URL("../packages/cli/dist/main.js", import.meta.url));
const isQuiet = process.argv.includes("--quiet") && !isFirst;
const say = (text) => isQuiet || process.stderr.write(text);

const started = performance.now();
say("Building … ");
const projects = ["packages/cli", "packages/serverless"];
const { status, stdout } = spawnSync(process.execPath, [compiler, "-b", ...projects, "--pretty", "false"], {
  cwd: root,
  encoding: "utf8",
});
if (status !== 0) {
  process.stderr.write(`\nThe build failed:\n${stdout}`);
  process.exit(1);
}
say(`done in ${((performance.now() - started) / 1_000).toFixed(1)} s\n`);
