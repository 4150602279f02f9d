import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { type RunResult, runVirga } from "../support/run-virga.ts";
import { createWorkspace, type Workspace } from "../support/workspace.ts";

let workspace: Workspace;
beforeAll(() => {
  workspace = createWorkspace();
});
afterAll(() => workspace.remove());

const cost = (...options: string[]): Promise<RunResult> => runVirga(workspace.folder, ["cost", ...options]);

describe("virga cost --recommend", () => {
  it("names the cheapest that is fast enough, and what it could not judge", async () => {
    workspace.write("times.json", '[{"threads": 1, "durationMs": 400}, {"threads": 2, "durationMs": 220}]');
    const goal = [
      "--recommend",
      "--latency",
      "250",
      "--measurements",
      "times.json",
      "--memory",
      "1024",
      "--requests",
      "1M",
    ];
    const { stdout } = await cost(...goal);
    expect(stdout).toMatch(/^Lambda x64, 3538 MB in us-east-1 is the cheapest that answers within 250 ms\./);
    expect(stdout).toContain("arm64: no time was measured on it");
    const kinds = [...stdout.matchAll(/^(?:yes|no) +(Lambda x64|Cloud Run|EC2|SageMaker real-time|Vertex AI)/gm)];
    expect(kinds.map(([, kind]) => kind).sort()).toEqual([
      "Cloud Run",
      "EC2",
      "Lambda x64",
      "SageMaker real-time",
      "Vertex AI",
    ]);
    const none = await cost(...goal, "--latency", "100");
    expect(none.stdout).toMatch(/^Nothing answers within 100 ms; the fastest first:/);
  });
});
