import { readFileSync } from "node:fs";
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

/** The C library's settings in the process that serves. */
async function settingsOfServer(environment: NodeJS.ProcessEnv): Promise<readonly string[]> {
  const { MALLOC_MMAP_THRESHOLD_: _, ...others } = process.env;
  virga = startVirgaIn({ ...others, ...environment }, workspace.folder, "serve", "add.onnx", "--port", "0");
  await virga.wrote("Serving on ");
  expect(virga.stderr()).toBe("");
  const variables = readFileSync(`/proc/${virga.process.pid}/environ`, "utf8").split("\0");
  return variables.filter((variable) => variable.startsWith("MALLOC_")).sort();
}

onLinux("the memory of virga serve", () => {
  it("goes back to the system in blocks of a weight's size", async () => {
    expect(await settingsOfServer({})).toEqual(["MALLOC_MMAP_THRESHOLD_=1048576", "MALLOC_TRIM_THRESHOLD_=4194304"]);
  });

  it("is kept as whoever starts it has asked for", async () => {
    expect(await settingsOfServer({ MALLOC_MMAP_THRESHOLD_: "65536" })).toEqual(["MALLOC_MMAP_THRESHOLD_=65536"]);
  });
});
