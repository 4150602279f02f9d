import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { type RunningVirga, startVirgaIn } from "./support/run-virga.ts";
import { addModel } from "./support/test-models.ts";
import { createWorkspace, type Workspace } from "./support/workspace.ts";

/** Elsewhere nothing is restarted, and nothing tells a process's environment. */
const onLinux = process.platform === "linux" ? describe : describe.skip;

let workspace: Workspace;
let virga: RunningVirga | undefined;

beforeEach(() => {
  workspace = createWorkspace();
  workspace.write("add.onnx", addModel(1));
});

afterEach(async () => {
  virga?.process.kill("SIGTERM");
  await virga?.exitCode;
  workspace.remove();
});

const ARENAS = `MALLOC_ARENA_MAX=${Math.ceil(availableParallelism() / 4)}`;
const UNSAID = ["MALLOC_ARENA_MAX", "MALLOC_MMAP_THRESHOLD_", "MALLOC_TRIM_THRESHOLD_", "NODE_OPTIONS"];

/** The settings of the process that serves. */
async function settingsOfServer(environment: NodeJS.ProcessEnv): Promise<readonly string[]> {
  const others = Object.fromEntries(Object.entries(process.env).filter(([name]) => !UNSAID.includes(name)));
  virga = startVirgaIn({ ...others, ...environment }, workspace.folder, "serve", "add.onnx", "--port", "0");
  await virga.wrote("Serving on ");
  expect(virga.stderr()).toBe("");
  const read = (file: string): readonly string[] =>
    readFileSync(`/proc/${virga?.process.pid}/${file}`, "utf8").split("\0");
  const said = [...read("cmdline"), ...read("environ")];
  return said.filter((each) => /^(MALLOC_|NODE_OPTIONS|--max-semi)/.test(each)).sort();
}

onLinux("the memory of virga serve", () => {
  it("goes back to the system in blocks of a weight's size", async () => {
    expect(await settingsOfServer({})).toEqual([
      "--max-semi-space-size=8",
      ARENAS,
      "MALLOC_MMAP_THRESHOLD_=1048576",
      "MALLOC_TRIM_THRESHOLD_=4194304",
    ]);
  });

  it("is kept as whoever starts it has asked for", async () => {
    expect(await settingsOfServer({ MALLOC_MMAP_THRESHOLD_: "65536" })).toEqual(["MALLOC_MMAP_THRESHOLD_=65536"]);
  });

  it("is as young as whoever starts it has asked for", async () => {
    expect(await settingsOfServer({ NODE_OPTIONS: "--max-semi-space-size=4" })).toEqual([
      ARENAS,
      "MALLOC_MMAP_THRESHOLD_=1048576",
      "MALLOC_TRIM_THRESHOLD_=4194304",
      "NODE_OPTIONS=--max-semi-space-size=4",
    ]);
  });
});
