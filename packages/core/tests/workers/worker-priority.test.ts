import { getPriority } from "node:os";
import { Worker } from "node:worker_threads";
import { describe, expect, it } from "@jest/globals";

const PRIORITY = new URL("../../src/workers/worker-priority.ts", import.meta.url).href;

function priorityIn(program: string): Promise<unknown> {
  const code = `
    const { parentPort } = require("node:worker_threads");
    const { getPriority } = require("node:os");
    import(${JSON.stringify(PRIORITY)}).then(({ yieldToCallers }) => { ${program}; parentPort.postMessage(getPriority()); });`;
  return new Promise((resolve, reject) => {
    const worker = new Worker(code, { eval: true, execArgv: ["--disable-warning=ExperimentalWarning"] });
    worker.once("message", resolve).once("error", reject);
  });
}

const onLinux = process.platform === "linux" ? it : it.skip;

describe("workers' priority", () => {
  onLinux("is a thread's own: the one that answers keeps its priority", async () => {
    const before = getPriority();
    expect(await priorityIn("")).toBe(before);
    expect(await priorityIn("yieldToCallers(true)")).toBe(Math.max(before, 5));
    expect(getPriority()).toBe(before);
  });
});
