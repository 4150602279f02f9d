import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { AppOptions } from "@virga/core";

const SCRIPT = fileURLToPath(new URL("serve-models.ts", import.meta.url));

/** A service in a process of its own. */
export interface ServerProcess {
  readonly url: string;
  /** @throws AssertionError when the process has ended or no longer answers. */
  assertAlive(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts a service from its sources; paths of models are read by the child. */
export async function startServerProcess(options: AppOptions): Promise<ServerProcess> {
  const folder = mkdtempSync(join(tmpdir(), "virga-corpus-"));
  const file = join(folder, "service.json");
  writeFileSync(file, JSON.stringify(options));
  const flags = ["--conditions=virga:source", "--disable-warning=ExperimentalWarning"];
  const child = spawn(process.execPath, [...flags, SCRIPT, file], { stdio: ["pipe", "pipe", "inherit"] });
  const ended = once(child, "exit");
  const [url] = await Promise.race([
    once(createInterface(child.stdout), "line"),
    ended.then(([code, signal]) => assert.fail(`the server ended before it listened: ${code ?? signal}`)),
  ]);
  return {
    url,
    async assertAlive() {
      const how = child.exitCode ?? child.signalCode;
      assert.equal(how, null, `the server process has ended: ${how}`);
      const response = await fetch(`${url}/v2/health/live`);
      assert.equal(response.status, 200);
      await response.arrayBuffer();
    },
    async stop() {
      child.stdin.end();
      await ended;
      rmSync(folder, { recursive: true });
    },
  };
}
