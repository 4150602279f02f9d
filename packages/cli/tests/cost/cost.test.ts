import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { type RunResult, runVirga } from "../support/run-virga.ts";
import { createWorkspace, type Workspace } from "../support/workspace.ts";

const ADD_MODEL = new URL("../../../../examples/iris/model.onnx", import.meta.url);
const W1 = ["--requests", "1M", "--duration", "500", "--memory", "2048"];
/** Nothing around the targets, so that figures are those of the formulas. */
const BARE = ["--request-bytes", "0", "--response-bytes", "0", "--log-bytes", "0", "--cold-start", "0"];

let workspace: Workspace;
beforeAll(() => {
  workspace = createWorkspace();
});
afterAll(() => workspace.remove());

const cost = (...options: string[]): Promise<RunResult> => runVirga(workspace.folder, ["cost", ...options]);

async function costJson(
  ...options: string[]
): Promise<{ possible: { name: string; total: string }[]; questions: { figures: unknown }[]; warnings: string[] }> {
  const { code, stdout, stderr } = await cost("--json", ...options);
  expect([stderr, code]).toEqual(["", 0]);
  return JSON.parse(stdout);
}

describe("virga cost", () => {
  it("compares every target, cheapest first, and says what is assumed", async () => {
    const { code, stdout } = await cost(...W1);
    expect(code).toBe(0);
    expect(stdout).toMatch(/requests +1,000,000 +per month +flag/);
    expect(stdout).toMatch(/logBytes +500 +bytes +assumed/);
    const totals = [...stdout.matchAll(/^.+?(?:us-east-1|us-central1) +\d* +(\d+\.\d\d) /gm)].map(([, total]) =>
      Number(total),
    );
    expect(totals.length).toBeGreaterThan(9);
    expect(totals).toEqual([...totals].sort((one, other) => one - other));
    expect(stdout).toContain("App Engine F4: an instance needs 2,048 MB and has 1,536 MB");
    expect(stdout).toContain("price gcp/network/us-central1/internetOut.premium is old: 2024-12-04");
  });

  it("shows calculations with prices, sources and dates", async () => {
    const { stdout } = await cost(...W1, ...BARE, "--target", "lambda", "--show-calculations");
    expect(stdout).toContain(
      "1,000,000 requests × 0.5 s × 2 GB = 1,000,000 GB-second; 1,000,000 GB-second × 0.0000166667 = 16.6667 USD",
    );
    expect(stdout).toMatch(/aws\/lambda\/us-east-1\/duration\.x86; AWS Price List, .*; 2026-09-19; confidence high/);
    expect(stdout).toContain("total: 16.87 (exact)");
  });

  it("takes targets by word, regions, free tiers and ways of rounding", async () => {
    const targets = [
      "--target",
      "lambda:arm64",
      "run:instance",
      "ec2:c7g.large",
      "sagemaker-serverless:3",
      "appengine:F4_1G",
    ];
    const { possible } = await costJson(...W1, ...BARE, ...targets);
    expect(possible.map(({ name, total }) => [name, total])).toEqual([
      ["Lambda arm64, 2048 MB", "13.53"],
      ["SageMaker Serverless, 3 GB", "30.00"],
      ["Cloud Run, instance-based, 1 vCPU, 2 GiB", "57.82"],
      ["EC2 c7g.large", "58.18"],
      ["App Engine F4_1G", "219.00"],
    ]);
    const tier2 = ["--google-region", "europe-west3", "--target", "run"];
    expect((await costJson(...W1, ...BARE, ...tier2)).possible[0]?.total).toBe("20.70");
    expect((await costJson(...W1, ...BARE, ...tier2, "--free-tier")).possible[0]?.total).toBe("15.08");
    const mumbai = [
      "--requests",
      "5M",
      "--duration",
      "500",
      "--memory",
      "2048",
      "--region",
      "ap-south-1",
      "--target",
      "lambda",
    ];
    expect((await costJson(...mumbai, ...BARE, "--rounding", "roundedLines")).possible[0]?.total).toBe("84.33");
  });

  it("reads the inference: block, under the flags", async () => {
    workspace.write("iris.onnx", readFileSync(ADD_MODEL));
    const block =
      "models: {iris: iris.onnx}\n  memory: 3008\n  aws: {region: ap-south-1, architecture: arm64, front: http-api}";
    workspace.write("own.yml", `inference:\n  ${block}\n`);
    const { possible, questions } = await costJson("--config", "own.yml", "--target", "lambda", "run");
    expect(possible.map(({ name }) => name)).toContain("Lambda arm64, 3008 MB, http-api");
    const { figures } = questions[0]!;
    expect(figures).toContainEqual({ name: "memoryMb", value: 3008, unit: "MB", origin: "serverless.yml" });
    expect(figures).toContainEqual(expect.objectContaining({ name: "modelBytes", origin: "serverless.yml" }));
    const above = await costJson("--config", "own.yml", "--memory", "1024", "--target", "lambda:x64");
    expect(above.possible[0]?.name).toBe("Lambda x64, 1024 MB, http-api");
  });

  it("reads traffic and targets from a small YAML, with a profile of the week", async () => {
    const day = [0, 0, 0, 0, 0, 0, 1, 2, 5, 9, 9, 9, 9, 9, 9, 9, 9, 5, 2, 1, 0, 0, 0, 0];
    const idle = day.map(() => 0);
    const workload = [
      "requests: 5M",
      "durationMs: 500",
      "memoryMb: 2048",
      `profile: {weekdays: [${day}], weekend: [${idle}]}`,
      "targets: [lambda, {product: sagemaker, machine: ml.m5.large}, {product: sagemaker, machine: ml.m5.large, autoscaling: true}]",
    ];
    workspace.write("traffic.yml", workload.join("\n"));
    const { possible } = await costJson("--workload", "traffic.yml", ...BARE);
    const flat = await costJson(
      "--requests",
      "5M",
      "--duration",
      "500",
      "--memory",
      "2048",
      "--target",
      "sagemaker",
      ...BARE,
    );
    expect(flat.possible[0]).toMatchObject({ total: "83.95", instances: "1" });
    // 9 of 440 parts of a week fall into each of its busiest hours: 23,537 requests keep 3.3 CPUs busy.
    expect(possible.filter(({ name }) => name.startsWith("SageMaker"))).toMatchObject([
      { instances: "3" },
      { total: "251.85", instances: "3" },
    ]);
  });

  it("puts several workloads side by side, and says that they differ", async () => {
    workspace.write("one.yml", "requests: 1M\nmemoryMb: 2048\ntargets: [lambda]\n");
    workspace.write("five.yml", "requests: 5M\nmemoryMb: 1024\ntargets: [sagemaker-serverless]\n");
    const { warnings } = await costJson("--workload", "one.yml", "five.yml");
    expect(warnings).toEqual([
      "the numbers of requests differ: 1,000,000, 5,000,000",
      "the memory of an instance differs: 1024, 2048 MB",
    ]);
  });

  it("gives a function the time that its share of a CPU makes of a measured one", async () => {
    workspace.write("times.json", '[{"threads": 1, "durationMs": 100}]');
    const measured = ["--measurements", "times.json", "--memory", "1024", ...BARE, "--show-calculations"];
    const { stdout } = await cost(...measured, "--target", "lambda", "run");
    // 100 ms × 1,769 / 1,024 MB, in whole milliseconds
    expect(stdout).toContain("compute: 1,000,000 requests × 0.173 s × 1 GB");
    expect(stdout).toContain("cpu: (1,000,000 requests × 0.1 s");
  });

  it("asks for flags where serverless.yml is that of something else", async () => {
    const other = createWorkspace();
    try {
      other.write("serverless.yml", "service: site\nprovider: {name: aws}\n");
      const { code, stdout, stderr } = await runVirga(other.folder, ["cost", ...W1, "--target", "lambda", "run"]);
      expect(stderr).toMatch(
        /^serverless.yml has no `inference:` block to read; say .* by flags: --requests, [^\n]*\n$/,
      );
      expect(stdout).toMatch(/requestBytes +2,000 +bytes +assumed: --request-bytes/);
      expect(code).toBe(0);
    } finally {
      other.remove();
    }
  });

  it.each(["2500000", "2.5M", "2.5m", "2_500k", "2,500,000", "25e5"])("takes %s for a count", async (written) => {
    const { stdout } = await cost("--requests", written, "--target", "run");
    expect(stdout).toMatch(/requests +2,500,000 +per month +flag/);
  });

  it("says which figures were measured", async () => {
    workspace.write("iris.onnx", readFileSync(ADD_MODEL));
    const { stdout, stderr } = await cost("--measure", "iris.onnx", "--target", "lambda", "--json");
    expect(stderr).toBe("Measuring iris.onnx …\n");
    const { figures } = JSON.parse(stdout).questions[0];
    const measured = figures.filter(({ origin }: { origin: string }) => origin === "measured");
    expect(measured.map(({ name }: { name: string }) => name)).toEqual([
      "durationMs",
      "memoryMb",
      "threads",
      "modelBytes",
      "initMs",
    ]);
    expect(measured.every(({ value }: { value: string }) => Number(value) > 0)).toBe(true);
  });
});

describe("a wrong question", () => {
  beforeAll(() => {
    workspace.write("typo.yml", "request: 5M\n");
    workspace.write("negative.yml", "requests: -5\n");
    workspace.write("week.yml", "profile: [1, 2, 3]\n");
    workspace.write("target.yml", "targets: [{product: lambda, memroyMb: 1024}]\n");
    workspace.write("list.json", "[]");
  });

  it.each<[string, string[], RegExp]>([
    ["a target", ["--target", "mainframe"], /^error: There is no target mainframe; there is: lambda, /],
    ["a machine", ["--target", "ec2:m9.huge"], /^error: target.machine is no type that is known: m9.huge;/],
    [
      "an architecture",
      ["--target", "lambda:mips"],
      /^error: target.architecture must be one of x64, arm64, not "mips"/,
    ],
    ["a share", ["--cold-rate", "2"], /^error: workload.coldStart.rate is a share from 0 to 1, not 2/],
    ["a misspelt key", ["--workload", "typo.yml"], /^error: typo.yml: request is not known; there is: requests, /],
    ["a negative number", ["--workload", "negative.yml"], /^error: workload.requests must be 0 or more, not -5/],
    ["a short week", ["--workload", "week.yml"], /^error: week.yml: profile must be 24 weights/],
    ["a key of a target", ["--workload", "target.yml"], /^error: target.memroyMb means nothing here/],
    ["a missing file", ["--workload", "no.yml"], /^error: .*no.yml cannot be read: ENOENT/],
    ["a book that is none", ["--prices", "list.json"], /^error: price book must be an object with `items`/],
    ["a page in no folder", ["--html", "no/page.html"], /^error: no\/page.html cannot be written: ENOENT/],
    [
      "two measurements",
      ["--measure", "a.onnx", "--measurements", "b.json"],
      /^error: Give either --measure or --measurem/,
    ],
    ["no goal", ["--recommend"], /^error: --recommend needs a goal: --latency MS/],
    ["no measurement", ["--recommend", "--latency", "9"], /^error: --recommend needs measured times: --measure MODEL/],
  ])("is refused by name: %s", async (_, options, message) => {
    const { code, stdout, stderr } = await cost(...options);
    expect(stderr).toMatch(message);
    expect([stdout, code]).toEqual(["", 1]);
  });

  it.each([
    ["--requests", "many"],
    ["--requests", "1,5M"],
    ["--duration", "-1"],
    ["--rounding", "up"],
  ])("ends with 2: %s %s", async (...options) => {
    expect((await cost(...options)).code).toBe(2);
  });

  it("shows a region without a price as impossible, never as free", async () => {
    const { stdout } = await cost("--region", "mars-1", "--target", "lambda", "run");
    expect(stdout).toContain("region mars-1: no price for aws/lambda; there is: af-south-1,");
  });
});
