import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { type RunResult, runVirga } from "./support/run-virga.ts";
import { createWorkspace, type Workspace } from "./support/workspace.ts";

const IRIS = new URL("../../../examples/iris/model.onnx", import.meta.url);

let workspace: Workspace;
beforeAll(() => {
  workspace = createWorkspace();
  workspace.write("iris.onnx", readFileSync(IRIS));
});
afterAll(() => workspace.remove());

const virga = (...options: string[]): Promise<RunResult> => runVirga(workspace.folder, options);

interface Written {
  readonly inputs: Readonly<Record<string, string>>;
  readonly latencies: readonly { readonly threads: number; readonly durationMs: string; readonly p99Ms: string }[];
  readonly initMs: number;
  readonly memoryMb: number;
  readonly modelBytes: number;
}

describe("virga bench", () => {
  it("writes what virga cost reads: latency by threads, cold start, memory and size", async () => {
    const { code, stdout, stderr } = await virga("bench", "iris.onnx", "--json");
    expect([stderr, code]).toEqual(["Measuring iris …\n", 0]);
    const written: Written = JSON.parse(stdout);
    expect(written.inputs).toEqual({ X: "float32 [1, 4]" });
    const threads = written.latencies.map((latency) => latency.threads);
    expect([threads[0], threads.at(-1)]).toEqual([1, availableParallelism()]);
    expect(threads).toEqual([...new Set(threads)].sort((one, other) => one - other));
    for (const { durationMs, p99Ms } of written.latencies) {
      expect(Number(durationMs)).toBeGreaterThan(0);
      expect(Number(p99Ms)).toBeGreaterThanOrEqual(Number(durationMs));
    }
    // A process with Node and onnxruntime cannot start in less, nor be smaller.
    expect(written.initMs).toBeGreaterThan(10);
    expect(written.memoryMb).toBeGreaterThan(30);
    expect(written.modelBytes).toBeGreaterThan(100);

    workspace.write("measured.json", stdout);
    const cost = await virga("cost", "--measurements", "measured.json", "--target", "lambda", "run", "--json");
    expect([cost.stderr, cost.code]).toEqual(["", 0]);
    const [{ figures }] = JSON.parse(cost.stdout).questions;
    const measured = figures.filter(({ origin }: { origin: string }) => origin === "measured");
    // The same number: costs are written without zeros at their end.
    const durationMs = String(Number(written.latencies[0]?.durationMs));
    expect(measured).toEqual([
      { name: "durationMs", value: durationMs, unit: "ms", origin: "measured" },
      { name: "memoryMb", value: written.memoryMb, unit: "MB", origin: "measured" },
      { name: "threads", value: 1, unit: "CPUs", origin: "measured" },
      { name: "modelBytes", value: written.modelBytes, unit: "bytes", origin: "measured" },
      { name: "initMs", value: written.initMs, unit: "ms", origin: "measured" },
    ]);
  });

  it("measures a version of a registry with a request of the user's own, for people", async () => {
    await virga("push", "iris", "iris.onnx");
    await virga("promote", "iris", "1");
    workspace.write(
      "body.json",
      JSON.stringify({
        instances: [
          [5.1, 3.5, 1.4, 0.2],
          [6, 3, 4.8, 1.8],
        ],
      }),
    );
    const { code, stdout } = await virga("bench", "iris@production", "--input", "body.json");
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^iris, with X float32 \[2, 4\]\n\n {2}threads {2}median ms +p99 ms +runs\n +1 +\d+\.\d{3} /,
    );
    expect(stdout).toMatch(/^ {2}cold start {2}\d+ ms, from the start of a process to its first prediction$/m);
    expect(stdout).toMatch(/^ {2}memory {6}\d+ MB at most, with Node and onnxruntime$/m);
  });

  it("finds a model of the config by its name", async () => {
    workspace.write("own.yml", "inference:\n  models: {iris: iris.onnx, again: iris.onnx}\n");
    const { stdout } = await virga("bench", "again", "--config", "own.yml");
    expect(stdout).toMatch(/^again, with X/);
    const { stderr, code } = await virga("bench", "--config", "own.yml", "--json");
    expect(stderr).toBe("error: --json and --input are for one model; name one of: iris, again.\n");
    expect(code).toBe(1);
    expect((await virga("bench", "third", "--config", "own.yml")).stderr).toBe(
      "error: There is no file third, and no such model in the config: iris, again.\n",
    );
  });

  it.each<[string, string[], RegExp]>([
    ["no model", ["broken.onnx"], /^Measuring broken …\nerror: The model file is no ONNX model/],
    ["a missing file", ["no.onnx"], /^error: There is no file no.onnx/],
    ["an alias of nothing", ["nobody@production"], /error: .* has no nobody@production/],
    ["a body that does not fit", ["iris.onnx", "--input", "short.json"], /error: short.json: Input "X" has a row of /],
    ["a missing body", ["iris.onnx", "--input", "no.json"], /error: The input no.json cannot be read: ENOENT/],
  ])("is refused: %s", async (_, options, message) => {
    workspace.write("broken.onnx", "no model at all");
    workspace.write("short.json", '{"instances": [[1, 2, 3]]}');
    const { code, stdout, stderr } = await virga("bench", ...options);
    expect(stderr).toMatch(message);
    expect([stdout, code]).toEqual(["", 1]);
  });
});

describe("a file of measurements", () => {
  it.each([
    ["a list of times", '[{"threads": 2, "durationMs": 60}, {"threads": 1, "durationMs": 100}]', undefined],
    [
      "an unknown key",
      '{"latencies": [{"threads": 1, "durationMs": 9}], "memory": 9}',
      /times.json: memory is not known/,
    ],
    [
      "a wrong number",
      '{"latencies": [{"threads": 1, "durationMs": 9}], "initMs": -1}',
      /times.json: initMs must be a/,
    ],
    ["no times", '{"memoryMb": 100}', /measurements must be a list that is not empty/],
  ])("is read or refused by name: %s", async (_, content, problem) => {
    workspace.write("times.json", content);
    const { stdout, stderr } = await virga("cost", "--measurements", "times.json", "--target", "run");
    if (problem === undefined) expect(stdout).toMatch(/durationMs +100 +ms +measured/);
    else expect(stderr).toMatch(problem);
  });
});
