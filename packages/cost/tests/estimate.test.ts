import { describe, expect, it } from "@jest/globals";
import {
  CostError,
  type Estimate,
  type EstimateOptions,
  estimate,
  type PossibleEstimate,
  standardPriceBook,
  type Target,
  type Workload,
} from "@virga/cost";
import { WORKLOAD } from "./support/targets.ts";

const book = standardPriceBook();
const LAMBDA: Target = { product: "lambda", region: "us-east-1" };
/** One million requests of half a second in 2 GB, and nothing around them. */
const W1: Workload = { requests: 1_000_000, durationMs: 500, memoryMb: 2_048 };

function possible(found: Estimate): PossibleEstimate {
  if (found.isPossible) return found;
  throw new Error(found.problems.join());
}

const totalOf = (workload: Workload, target: Target, options: EstimateOptions = {}): string =>
  possible(estimate(workload, target, book, options)).total;

function problemsOf(workload: Workload, target: Target): readonly string[] {
  const found = estimate(workload, target, book);
  return found.isPossible ? [] : found.problems;
}

describe("the known figures", () => {
  it.each<[string, Target, Workload, string]>([
    ["Lambda with 2 GB of /tmp", { ...LAMBDA, ephemeralMb: 2_048 }, W1, "16.89"],
    ["Lambda behind an HTTP API", { ...LAMBDA, ephemeralMb: 2_048, front: "http-api" }, W1, "17.89"],
    [
      "Lambda with billed INIT",
      { ...LAMBDA, ephemeralMb: 2_048 },
      { ...W1, coldStart: { rate: "0.01", initMs: 3_000 } },
      "17.89",
    ],
    ["SageMaker Serverless", { product: "sagemaker-serverless", region: "us-east-1" }, W1, "20.00"],
    ["Cloud Run", { product: "run", region: "us-central1" }, W1, "14.90"],
    ["Vertex AI", { product: "vertex", region: "us-central1", machine: "e2-standard-2" }, W1, "56.25"],
    ["EC2", { product: "ec2", region: "us-east-1", machine: "t3.medium" }, W1, "35.62"],
    ["a SageMaker GPU", { product: "sagemaker", region: "us-east-1", machine: "ml.g4dn.xlarge" }, W1, "537.57"],
  ])("%s", (_, target, workload, total) => expect(totalOf(workload, target)).toBe(total));

  it("bills what is streamed above 6 MB of each answer", () => {
    const streamed = { ...W1, responseBytes: 7 * 1_048_576, callers: "same-region" } as const;
    // 1 MB of a million answers is 976.5625 GB, of which 100 GB are free for an account
    expect(totalOf(streamed, { ...LAMBDA, streaming: true })).toBe("24.68");
    expect(totalOf(streamed, { ...LAMBDA, streaming: true }, { freeTier: true })).toBe("17.01");
    expect(problemsOf(streamed, LAMBDA)[0]).toMatch(/^an answer has 7 MB, the limit is 6 MB/);
    expect(problemsOf(streamed, { ...LAMBDA, streaming: true, front: "http-api" })).toEqual([
      "an HTTP API does not stream: take the front url",
    ]);
  });

  it("subtracts free tiers only when asked, Cloud Run's as money", () => {
    const run: Target = { product: "run", region: "europe-west3" };
    expect(totalOf(W1, run)).toBe("20.70");
    expect(totalOf(W1, run, { freeTier: true })).toBe("15.08");
  });
});

describe("a line", () => {
  it("shows its calculation, and where its price is from", () => {
    const [, compute] = possible(estimate(W1, LAMBDA, book)).lines;
    expect(compute).toEqual({
      name: "compute",
      quantity: "1000000",
      unit: "GB-second",
      unitPrice: "0.0000166667",
      amount: "16.6667",
      currency: "USD",
      formula:
        "1,000,000 requests × 0.5 s × 2 GB = 1,000,000 GB-second; 1,000,000 GB-second × 0.0000166667 = 16.6667 USD",
      price: {
        id: "aws/lambda/us-east-1/duration.x86",
        source: "AWS Price List, offer AWSLambda, publication 2026-09-19 (all regions)",
        asOf: "2026-09-19",
        confidence: "high",
      },
    });
  });
});

describe("instances", () => {
  const sagemaker: Target = { product: "sagemaker", region: "us-east-1", machine: "ml.m5.large" };

  it("are as many as the load needs", () => {
    const instancesAt = (requests: number): string | undefined =>
      possible(estimate({ ...W1, requests }, sagemaker, book)).instances;
    // 730 h × 3,600 s × 2 CPUs × 0.7 / 0.5 s
    expect(instancesAt(7_358_400)).toBe("1");
    expect(instancesAt(7_358_401)).toBe("2");
    expect(totalOf({ ...W1, requests: 7_358_401 }, sagemaker)).toBe("167.90");
  });

  it("serve the peak of the week, or follow it", () => {
    const hourlyProfile = Array.from({ length: 168 }, (_, hour) => (hour % 24 === 12 ? 9 : 1));
    const busy = { ...W1, requests: 7_000_000, hourlyProfile };
    expect(totalOf(busy, sagemaker)).toBe("587.65");
    expect(totalOf(busy, { ...sagemaker, autoscaling: true })).toBe("104.94");
  });

  it("of a T type pay for CPU above their baseline", () => {
    const ec2: Target = { product: "ec2", region: "us-east-1", machine: "t3.medium", diskGb: 0, publicAddress: false };
    // 1,000 h busy - 730 h × 2 CPUs × 20 % = 708 h × 0.05
    expect(totalOf({ ...W1, durationMs: 900, requests: 4_000_000 }, ec2)).toBe("65.77");
  });

  it("cost as much when nobody calls", () => {
    expect(possible(estimate(W1, sagemaker, book)).idle).toBe("83.95");
    expect(possible(estimate(W1, LAMBDA, book)).idle).toBe("0.00");
  });
});

describe("a profile of the week", () => {
  const night = Array.from({ length: 168 }, (_, hour) => (hour % 24 < 8 ? 0 : 1));

  it("makes starts where traffic is thin or grows", () => {
    const thin = { ...WORKLOAD, requests: 1_000, coldStart: { initMs: 2_000 } };
    const coldOf = (workload: Workload): number => {
      const compute = possible(estimate(workload, LAMBDA, book)).lines.find(({ name }) => name === "lambda.compute");
      return Number(compute?.quantity) - Number(workload.requests) * 0.5;
    };
    // e^-(1,000 / 730 h × 10 min) of 1,000 requests × 2 s
    expect(coldOf(thin)).toBeCloseTo(2_000 * Math.exp(-1_000 / 730 / 6), 6);
    expect(coldOf({ ...thin, requests: 10 ** 7 })).toBeLessThan(0.001);
    expect(coldOf({ ...thin, requests: 10 ** 7, hourlyProfile: night })).toBeGreaterThan(50);
  });

  it("lets instance-based billing sleep", () => {
    const run: Target = { product: "run", region: "us-central1", billing: "instance" };
    expect(totalOf(W1, run)).toBe("57.82");
    expect(totalOf({ ...W1, hourlyProfile: night }, run)).toBe("38.54");
  });
});

describe("what is not possible", () => {
  it.each<[string, Target, Partial<Workload>, RegExp]>([
    ["too little memory", { ...LAMBDA, memoryMb: 1_024 }, {}, /^an instance needs 2,048 MB and has 1,024 MB/],
    ["a size that there is not", { ...LAMBDA, memoryMb: 20_000 }, {}, /^memory is from 128 to 10,240 MB/],
    ["a large answer", LAMBDA, { responseBytes: 7_000_000 }, /^an answer has 6.68 MB, the limit is 6 MB: take/],
    ["a slow request", { ...LAMBDA, front: "rest-api" }, { durationMs: 29_001 }, /takes 29.001 s, the limit is 29 s/],
    ["SnapStart with EFS", { ...LAMBDA, weights: "efs", snapStart: { versions: 1 } }, {}, /^SnapStart does not work/],
    ["a model beyond /tmp", LAMBDA, { modelBytes: 2e10 }, /^\/tmp has at most 10,240 MB/],
    [
      "7 GB of SageMaker Serverless",
      { product: "sagemaker-serverless", region: "us-east-1" },
      { memoryMb: 7_000 },
      /from 1 to 6 GB/,
    ],
    [
      "2 MB through Vertex AI",
      { product: "vertex", region: "us-central1", machine: "n1-standard-2" },
      { requestBytes: 2e6 },
      /the limit is 1.5 MB/,
    ],
    [
      "a machine whose system needs memory too",
      { product: "ec2", region: "us-east-1", machine: "t3.small" },
      {},
      /^an instance needs 2,048 MB and has 1,536 MB/,
    ],
    [
      "App Engine's memory",
      { product: "appengine", region: "us-central1", instanceClass: "F4" },
      {},
      /^an instance needs 2,048 MB and has 1,536 MB/,
    ],
    ["a CPU for 16 GiB", { product: "run", region: "us-central1", vcpu: 1, memoryGib: 16 }, {}, /^16 GiB need 4 vCPU/],
    ["a price that is missing", { product: "run", region: "mars-1" }, {}, /^region mars-1: no price for gcp\/cloudRun/],
  ])("says why: %s", (_, target, workload, problem) => {
    expect(problemsOf({ ...W1, ...workload }, target)[0]).toMatch(problem);
  });
});

describe("bad input", () => {
  it.each<[string, () => unknown, string]>([
    [
      "negative requests",
      () => totalOf({ ...W1, requests: -1 }, LAMBDA),
      "workload.requests must be 0 or more, not -1.",
    ],
    [
      "no number",
      () => totalOf({ ...W1, durationMs: Number.NaN }, LAMBDA),
      'workload.durationMs must be a number, not "NaN".',
    ],
    ["words", () => totalOf({ ...W1, requests: "1M" }, LAMBDA), 'workload.requests must be a number, not "1M".'],
    ["no memory", () => totalOf({ ...W1, memoryMb: 0 }, LAMBDA), "workload.memoryMb must be 1 or more."],
    [
      "a share above 1",
      () => totalOf({ ...W1, coldStart: { rate: 2, initMs: 1 } }, LAMBDA),
      "workload.coldStart.rate is a share from 0 to 1, not 2.",
    ],
    [
      "a short week",
      () => totalOf({ ...W1, hourlyProfile: [1] }, LAMBDA),
      "workload.hourlyProfile must be a list of 168 weights, one for each hour of a week.",
    ],
    [
      "a machine that there is not",
      () => totalOf(W1, { product: "ec2", region: "us-east-1", machine: "m9.huge" }),
      "target.machine is no type that is known: m9.huge;",
    ],
    [
      "a product that there is not",
      () => totalOf(W1, { product: "mainframe", region: "x" } as unknown as Target),
      "target.product must be one of lambda,",
    ],
    [
      "a misspelt key",
      () => totalOf(W1, { product: "lambda", region: "us-east-1", memory: 1 } as unknown as Target),
      "target.memory means nothing here: it is misspelt or does not apply.",
    ],
    ["no hours", () => totalOf(W1, LAMBDA, { hoursPerMonth: 0 }), "options.hoursPerMonth must be above 0."],
    ["no region", () => totalOf(W1, { product: "lambda", region: "" }), "target.region must be text."],
  ])("names the field: %s", (_, run, message) => {
    expect(run).toThrow(message);
    expect(run).toThrow(CostError);
  });
});

describe("warnings", () => {
  const warningsOf = (target: Target, workload: Partial<Workload> = {}): readonly string[] =>
    possible(estimate({ ...W1, ...workload }, target, book, { today: "2026-11-22" })).warnings;

  it("name old, doubtful and borrowed prices", () => {
    expect(warningsOf(LAMBDA)).toEqual([]);
    expect(warningsOf({ product: "ec2", region: "eu-west-1", machine: "t3.medium", publicAddress: false })).toEqual([
      "price aws/ec2/eu-west-1/t3.medium is of low confidence",
      "price aws/ec2/eu-west-1/t3.medium is old: 2024",
      "price aws/ec2/eu-west-1/gp3 is old: 2024",
    ]);
    expect(warningsOf({ product: "lambda", region: "eu-west-1" }, { logBytes: 100 })).toEqual([
      "the book has no price for eu-west-1: aws/cloudwatchLogs/us-east-1/ingest is taken instead",
    ]);
  });

  it("name a function with fewer CPUs than the time was measured with", () => {
    expect(warningsOf(LAMBDA, { threads: 2 })).toEqual([
      "Lambda with 2,048 MB has 1.16 vCPU: a request that keeps 2 vCPU busy takes longer there",
    ]);
  });
});
