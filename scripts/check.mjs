// Every check that needs no run of the code: one line each, the complaints of what failed, and an exit code.
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

const CHECKS = [
  ["format and lint", "biome", "ci", "--error-on-warnings", "--colors=off", "."],
  ["types", "tsc", "-p", "tsconfig.check.json", "--pretty", "false"],
  ["boundaries", "depcruise", "packages", "providers", "examples"],
  ["dead code", "knip", "--no-config-hints"],
];

const results = await Promise.all(CHECKS.map(([name, tool, ...options]) => check(name, tool, options)));
process.exit(results.every((isGood) => isGood) ? 0 : 1);

/** Runs one tool; its output is shown only where it complains. */
function check(name, tool, options) {
  const started = performance.now();
  const child = spawn(`node_modules/.bin/${tool}`, options, { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
  const pieces = [];
  child.stdout.on("data", (piece) => pieces.push(piece));
  child.stderr.on("data", (piece) => pieces.push(piece));
  return new Promise((resolve) => {
    child.on("close", (code) => {
      const seconds = ((performance.now() - started) / 1_000).toFixed(1);
      process.stdout.write(`${code === 0 ? "ok    " : "FAILED"}  ${name}  ${seconds} s\n`);
      if (code !== 0) process.stdout.write(Buffer.concat(pieces));
      resolve(code === 0);
    });
  });
}
