import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { describe, expect, it, jest } from "@jest/globals";
import { childrenOf, isAlive, until } from "./worker-harness.ts";

// Workers take long to start where many others want the CPUs.
jest.setTimeout(240_000);

const PROGRAM = fileURLToPath(new URL("./life-program.ts", import.meta.url));
const SOURCE = ["--conditions=virga:source", "--disable-warning=ExperimentalWarning"];

interface Program {
  readonly child: ChildProcess;
  readonly pid: number;
  /** All that it has written. */
  readonly written: () => string;
  readonly ended: Promise<unknown>;
}

/** A program at the head of a group of its own, as a shell starts it. */
function start(isolation: string, what: string): Program {
  const child = spawn(process.execPath, [...SOURCE, PROGRAM, isolation, what], {
    stdio: ["ignore", "pipe", "inherit"],
    detached: true,
  });
  let text = "";
  child.stdout.setEncoding("utf8").on("data", (piece: string) => {
    text += piece;
  });
  return { child, pid: child.pid ?? 0, written: () => text, ended: once(child, "close") };
}

describe.each(["thread", "process"])("a program with workers (%s)", (isolation) => {
  it("ends by itself when it has nothing to do, also where it closes nothing", async () => {
    const { ended, written, child } = start(isolation, "forget");
    await ended;
    expect([written(), child.exitCode]).toEqual(["-4\n", 0]);
  });

  it("exits with the code that it wants while a model runs", async () => {
    const { ended, written, child } = start(isolation, "exit");
    await ended;
    expect([written(), child.exitCode, child.signalCode]).toEqual(["going\n", 3, null]);
  });

  it("holds no thread, file or process of an engine that was closed", async () => {
    const { ended, written } = start(isolation, "leak");
    await ended;
    const [before, after] = written().trim().split(" ");
    expect(before).toMatch(/^\d+,\d+,0$/);
    expect(after).toBe(before);
  });

  it("decides itself when its workers end, though its whole group is interrupted", async () => {
    const { ended, written, pid, child } = start(isolation, "run until interrupted");
    await until(() => written() === "running\n");
    process.kill(-pid, "SIGINT");
    await ended;
    expect([written(), child.exitCode]).toEqual(["running\n200000\n", 0]);
  });
});

it("worker processes end when their parent is killed", async () => {
  const { pid, written, ended } = start("process", "run until interrupted");
  await until(() => written() === "running\n");
  const workers = childrenOf(pid);
  expect(workers).toHaveLength(2);
  process.kill(pid, "SIGKILL");
  await ended;
  await until(() => !workers.some(isAlive));
});
