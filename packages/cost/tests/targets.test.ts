import { describe, expect, it } from "@jest/globals";
import { type EstimateOptions, estimate, standardPriceBook, type Target, type Workload } from "@virga/cost";

const book = standardPriceBook();
const LAMBDA: Target = { product: "lambda", region: "us-east-1" };
const W1: Workload = { requests: 1_000_000, durationMs: 500, memoryMb: 2_048 };

/** Quantities by the names of the lines. */
function quantities(workload: Workload, target: Target, options: EstimateOptions = {}): Record<string, string> {
  const found = estimate(workload, target, book, options);
  if (!found.isPossible) throw new Error(found.problems.join());
  return Object.fromEntries(found.lines.map(({ name, quantity }) => [name, quantity]));
}

describe("what stands around a target", () => {
  const around: Workload = {
    ...W1,
    responseBytes: 1_048_576,
    logBytes: 1_024,
    modelBytes: 20 * 1_048_576,
    coldStart: { rate: "0.01", initMs: 1_000 },
  };

  it("is a bucket that every start reads, logs, and answers to the internet", () => {
    expect(quantities(around, LAMBDA)).toMatchObject({
      "weights.storage": "0.01953125",
      // 10,000 starts × 3 ranges of 8 MiB and an alias
      "weights.reads": "40000",
      "logs.ingest": "0.95367431640625",
      "egress.internetOut": "976.5625",
    });
    expect(quantities({ ...around, callers: "same-region" }, LAMBDA)).not.toHaveProperty("egress.internetOut");
  });

  it("is a file system that every cold start reads whole", () => {
    const read = quantities(around, { ...LAMBDA, weights: "efs" })["weights.elasticRead"];
    expect(read).toBe("195.3125");
  });

  it("has free allowances for an account", () => {
    const free = quantities(around, LAMBDA, { freeTier: true });
    expect(free).toMatchObject({ "logs.ingest": "0", "egress.internetOut": "876.5625" });
  });

  it("is an HTTP API that counts 512 KB at a time", () => {
    expect(quantities(around, { ...LAMBDA, front: "http-api" })["front.requests"]).toBe("2000000");
    expect(quantities(around, { ...LAMBDA, front: "rest-api" })["front.requests"]).toBe("1000000");
  });
});

describe("a model that needs less than the smallest instance", () => {
  const small: Workload = { ...W1, memoryMb: 102.4 };

  it.each<[Target, number]>([
    [LAMBDA, 128],
    [{ product: "functions", region: "us-central1" }, 128],
    [{ product: "run", region: "us-central1", billing: "instance" }, 512],
  ])("runs on that: %j", (target, memoryMb) => {
    const found = estimate(small, target, book);
    expect([found.isPossible, found.memoryMb]).toEqual([true, String(memoryMb)]);
  });

  it("does not make one that was asked for larger", () => {
    expect(estimate(small, { ...LAMBDA, memoryMb: 64 }, book).isPossible).toBe(false);
  });
});

describe("Lambda", () => {
  const cold: Workload = { ...W1, coldStart: { rate: "0.01", initMs: 3_000 } };

  it("restores snapshots instead of starting", () => {
    expect(quantities(cold, LAMBDA)["compute"]).toBe("1060000");
    expect(quantities(cold, { ...LAMBDA, snapStart: { versions: 2 } })).toMatchObject({
      compute: "1000000",
      snapStartCache: "10512000",
      snapStartRestore: "20000",
    });
  });

  it("serves on provisioned instances what they can, hour by hour", () => {
    const one: Target = { ...LAMBDA, provisionedConcurrency: { concurrency: 1 } };
    // One instance works through 730 h × 3,600 s / 0.5 s.
    expect(quantities({ ...W1, requests: 6_256_000 }, one)).toMatchObject({
      compute: "1000000",
      computeProvisioned: "5256000",
    });
    expect(quantities(W1, { ...LAMBDA, provisionedConcurrency: { concurrency: 1, hours: 365 } })).toMatchObject({
      compute: "500000",
      computeProvisioned: "500000",
      provisioned: "2628000",
    });
  });

  it("has room in /tmp for weights that are not shared", () => {
    const large = { ...W1, modelBytes: 1_536 * 1_048_576 };
    expect(quantities(large, LAMBDA)["lambda.ephemeral"]).toBe("500000");
    expect(quantities(large, { ...LAMBDA, weights: "efs" })).not.toHaveProperty("lambda.ephemeral");
  });
});

describe("Cloud Run", () => {
  const shared: Target = { product: "run", region: "us-central1", vcpu: 4, memoryGib: 2, concurrency: 8 };

  it("shares the time of an instance as far as it has CPUs, where traffic is dense", () => {
    expect(quantities({ ...W1, requests: 10 ** 9 }, shared)["cpu"]).toBe("500000000");
    expect(quantities({ ...W1, requests: 10 ** 9, threads: 2 }, shared)["cpu"]).toBe("1000000000");
  });

  it("shares next to nothing where traffic is thin", () => {
    const seconds = Number(quantities({ ...W1, requests: 1_000 }, shared)["cpu"]) / 4;
    expect(seconds).toBeLessThan(500);
    expect(seconds).toBeGreaterThan(499.9);
  });

  it("bills a kept instance when it is idle", () => {
    const kept = quantities(W1, { product: "run", region: "us-central1", minInstances: 1 });
    // 730 h × 3,600 - 500,000 s
    expect(kept).toMatchObject({ cpu: "500000", minInstanceCpu: "2128000", minInstanceMemory: "4256000" });
  });
});

describe("SageMaker", () => {
  it("serves seconds on provisioned concurrency as far as it goes", () => {
    const target: Target = {
      product: "sagemaker-serverless",
      region: "us-east-1",
      provisionedConcurrency: { concurrency: 1 },
    };
    expect(quantities(W1, target)).toMatchObject({
      compute: "0",
      computeProvisioned: "500000",
      provisioned: "2628000",
    });
    expect(quantities({ ...W1, requests: 10_000_000 }, target)).toMatchObject({
      compute: "2372000",
      computeProvisioned: "2628000",
    });
  });

  it("has no asynchronous instance while nobody asks, and moves bodies through a bucket", () => {
    const day = Array.from({ length: 168 }, (_, hour) => (hour % 24 < 12 ? 1 : 0));
    const target: Target = { product: "sagemaker-async", region: "us-east-1", machine: "ml.m5.large" };
    expect(quantities({ ...W1, hourlyProfile: day }, target)).toMatchObject({
      "endpoint.instance": "365",
      "payloads.reads": "2000000",
      "payloads.writes": "2000000",
    });
  });

  it("says that a T type slows down", () => {
    const target: Target = { product: "sagemaker", region: "us-east-1", machine: "ml.t2.medium" };
    const warningsOf = (requests: number): readonly string[] =>
      estimate({ ...W1, requests }, target, book, { today: "2022-01-02" }).warnings;
    expect(warningsOf(2_000_000)).toEqual([]);
    expect(warningsOf(3_000_000)).toEqual([
      "ml.t2.medium slows down when its CPUs are busy for more than 20 % of the time, as they are here",
    ]);
  });
});

describe("EC2", () => {
  it("counts every thread's CPU time against the baseline of a T type", () => {
    const target: Target = { product: "ec2", region: "us-east-1", machine: "t3.medium" };
    // 2M × 0.9 s × 2 = 1,000 h, of which 730 h × 2 × 20 % are in the price
    expect(quantities({ ...W1, requests: 2_000_000, durationMs: 900, threads: 2 }, target)).toEqual({
      instance: "730",
      disk: "20",
      publicIpv4: "730",
      surplus: "708",
    });
  });
});

describe("App Engine", () => {
  const small: Workload = { ...W1, memoryMb: 256, requests: 10 ** 6, durationMs: 100 };

  it("has free hours for its smallest class", () => {
    const on = (instanceClass: string, freeTier: boolean): Record<string, string> =>
      quantities(small, { product: "appengine", region: "us-central1", instanceClass }, { freeTier });
    expect(on("F1", true)).toEqual({ instance: "0" });
    expect(Number(on("F1", false)["instance"])).toBeCloseTo(730, 6);
    expect(on("F4", true)).toEqual(on("F4", false));
    expect(Number(on("F4", true)["instance"])).toBeCloseTo(2_920, 6);
  });
});

describe("a price", () => {
  it("is old after half a year", () => {
    const target: Target = { product: "sagemaker-serverless", region: "us-east-1" };
    const warningsOf = (today: string): readonly string[] =>
      estimate({ ...W1, requestBytes: 1_000 }, target, book, { today }).warnings;
    expect(warningsOf("2026-11-06")).toEqual([]);
    expect(warningsOf("2026-11-08")).toEqual(["price aws/sagemakerDataProcessing/us-east-1/in is old: 2026-05-08"]);
  });
});
