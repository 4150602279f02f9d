import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdirSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { Registry } from "../../../src/weights/registry/registry.ts";
import { createFileStore } from "../../../src/weights/store/file-store.ts";
import { bundleProgram } from "../../support/bundle-program.ts";

const KILLS = 100;
const AT_ONCE = 4;
// Below the package, so that the runtime is found from there.
const programs = fileURLToPath(new URL(`../../../node_modules/.cache/killed-push-${process.pid}/`, import.meta.url));
const program = join(programs, "push-until-killed.mjs");
let folder: string;
let registry: Registry;

beforeAll(async () => {
  await bundleProgram(new URL("push-until-killed.ts", import.meta.url), program);
  folder = await mkdtemp(join(tmpdir(), "virga-killed-push-"));
  registry = new Registry(createFileStore(join(folder, "registry")));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
  await rm(programs, { recursive: true });
});

/** Starts a process that pushes, and kills it a random while after its first push began; gives what it had finished. */
async function pushAndKill(seed: number): Promise<number[]> {
  mkdirSync(join(folder, String(seed)));
  const child = spawn(process.execPath, [program, folder, String(seed)], { stdio: ["ignore", "pipe", "inherit"] });
  let written = "";
  child.stdout.on("data", (chunk) => {
    written += String(chunk);
  });
  const ended = once(child, "close");
  await Promise.race([once(child.stdout, "data"), ended]);
  await sleep(Math.random() * 120);
  child.kill("SIGKILL");
  await ended;
  await rm(join(folder, String(seed)), { recursive: true });
  return written.split("\n").filter(Boolean).map(Number);
}

it(`after ${KILLS} pushes killed at random moments every version is whole, and the next push is right`, async () => {
  const finished: number[] = [];
  for (let seed = 0; seed < KILLS; seed += AT_ONCE) {
    const pushes = Array.from({ length: AT_ONCE }, (_, index) => pushAndKill(seed + index));
    finished.push(...(await Promise.all(pushes)).flat());
  }
  const versions = await registry.versions("model");
  const numbers = versions.map((version) => version.version);
  expect(new Set(numbers).size).toBe(numbers.length);
  for (const number of finished) expect(numbers).toContain(number);
  for (const { manifest } of versions) {
    for (const file of manifest.files) {
      const location = registry.locate("model", file);
      const bytes = await readFile(location.kind === "file" ? location.path : "");
      expect(createHash("sha256").update(bytes).digest("hex")).toBe(file.sha256);
    }
  }
  const [alias] = await registry.aliases("model");
  expect(numbers).toContain(alias?.version);
  const moves = alias?.history.map((move) => move.to) ?? [];
  for (const number of finished) expect(moves).toContain(number);
});
