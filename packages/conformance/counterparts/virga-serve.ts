import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const CLI = fileURLToPath(new URL("../../cli/dist/main.js", import.meta.url));

/** Runs `work` with the address of a `virga serve` of these models, given as files' bytes by name. */
export async function withService(
  models: Readonly<Record<string, Uint8Array>>,
  work: (url: string) => Promise<void>,
): Promise<void> {
  if (!existsSync(CLI)) throw new Error("The command line is not built: run `npx -y pnpm@10 build` first.");
  const folder = mkdtempSync(join(tmpdir(), "virga-counterparts-"));
  const named = Object.entries(models).map(([name, bytes]) => {
    writeFileSync(join(folder, `${name}.onnx`), bytes);
    return `${name}=${name}.onnx`;
  });
  const flags = ["serve", ...named, "--port", "0", "--no-watch", "--json"];
  const child = spawn(process.execPath, [CLI, ...flags], { cwd: folder, stdio: ["ignore", "pipe", "inherit"] });
  const ended = once(child, "exit");
  try {
    await work(await readUrl(child.stdout));
    if (child.exitCode !== null) throw new Error(`The server ended with exit code ${child.exitCode}.`);
  } finally {
    child.kill("SIGTERM");
    await ended;
    rmSync(folder, { recursive: true });
  }
}

/** Waits for the address in the server's log, and keeps the log flowing after it. */
function readUrl(log: NodeJS.ReadableStream): Promise<string> {
  return new Promise((resolve, reject) => {
    createInterface(log)
      .on("line", (line) => {
        const { event, url, level, message } = JSON.parse(line);
        if (event === "server.listening") resolve(url);
        if (level === "error") process.stdout.write(`  server: ${message}\n`);
      })
      .once("close", () => reject(new Error("The server ended before it listened.")));
  });
}
