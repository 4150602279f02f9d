import { describe, expect, it } from "@jest/globals";
import {
  breakEven,
  type Candidate,
  compare,
  costCurve,
  standardPriceBook,
  type Target,
  type Workload,
} from "@virga/cost";

const book = standardPriceBook();
const SLOW: Workload = { requests: 1_000_000, durationMs: 500, memoryMb: 2_048 };
const FAST: Workload = { requests: 1_000_000, durationMs: 100, memoryMb: 1_024 };
const LAMBDA: Target = { product: "lambda", region: "us-east-1" };
const RANGE = { from: 100_000, to: 100_000_000 };

const ec2 = (machine: string): Target => ({
  product: "ec2",
  region: "us-east-1",
  machine,
  diskGb: 0,
  publicAddress: false,
});
const sagemaker = (machine: string): Target => ({ product: "sagemaker", region: "us-east-1", machine });
const vertex = (machine: string): Target => ({ product: "vertex", region: "us-central1", machine });

describe("a comparison", () => {
  it("is cheapest first, with what is impossible apart", () => {
    const targets = [vertex("n1-standard-2"), LAMBDA, { product: "run", region: "us-central1" } as const];
    const large = { product: "lambda", region: "us-east-1", memoryMb: 512 } as const;
    const { possible, impossible } = compare(
      [...targets, large].map((target) => ({ workload: SLOW, target })),
      book,
    );
    expect(possible.map(({ product, total }) => [product, total])).toEqual([
      ["run", "14.90"],
      ["lambda", "16.87"],
      ["vertex", "79.94"],
    ]);
    expect(impossible.map(({ problems }) => problems)).toEqual([
      ["an instance needs 2,048 MB and has 512 MB: take a larger one"],
    ]);
  });

  it("says what does not compare, as in the table that started this", () => {
    const slide: Candidate[] = [
      { workload: SLOW, target: { product: "lambda", region: "ap-south-1" } },
      {
        workload: { ...SLOW, requests: 5_000_000, memoryMb: 1_024, requestBytes: 2_000 },
        target: { product: "sagemaker-serverless", region: "us-east-1" },
      },
    ];
    expect(compare(slide, book).warnings).toEqual([
      "the numbers of requests differ: 1,000,000, 5,000,000",
      "the sizes of requests differ: none, 2,000",
      "the regions differ: ap-south-1, us-east-1",
      "the memory of an instance differs: 1024, 2048 MB",
    ]);
  });

  it("has nothing to say about like and like", () => {
    const targets: Target[] = [LAMBDA, { product: "run", region: "us-central1" }];
    expect(
      compare(
        targets.map((target) => ({ workload: SLOW, target })),
        book,
      ).warnings,
    ).toEqual([]);
  });
});

describe("the break-even point with Lambda", () => {
  const first = (workload: Workload, target: Target): unknown =>
    breakEven(
      [
        { workload, target: LAMBDA },
        { workload, target },
      ],
      RANGE,
      book,
    )[0];

  it.each<[string, Target, string]>([
    ["t3.medium", ec2("t3.medium"), "1800470"],
    ["ml.t2.medium", sagemaker("ml.t2.medium"), "2423710"],
    ["c7g.large", ec2("c7g.large"), "3137839"],
    ["e2-standard-2", vertex("e2-standard-2"), "3335043"],
    ["m5.large", ec2("m5.large"), "4154932"],
    ["n1-standard-2", vertex("n1-standard-2"), "4739219"],
    ["ml.m5.large", sagemaker("ml.m5.large"), "4977262"],
    ["ml.c5.xlarge", sagemaker("ml.c5.xlarge"), "8829231"],
  ])("%s at 500 ms and 2 GB", (_, target, requests) => {
    expect(first(SLOW, target)).toEqual({ requests, cheaperBefore: 0 });
  });

  it.each<[string, Target, string]>([
    ["ml.t2.medium", sagemaker("ml.t2.medium"), "21899960"],
    ["c7g.large", ec2("c7g.large"), "28352627"],
    ["e2-standard-2", vertex("e2-standard-2"), "30134502"],
  ])("%s at 100 ms and 1 GB", (_, target, requests) => {
    expect(first(FAST, target)).toEqual({ requests, cheaperBefore: 0 });
  });

  it("does not exist where the instances could not serve it", () => {
    // One GPU instance would cost as much at 31.9 million requests, which keep six of its four CPUs busy.
    expect(first(SLOW, sagemaker("ml.g4dn.xlarge"))).toBeUndefined();
  });

  it("moves up where a T type pays for its CPU", () => {
    expect(first(FAST, ec2("t3.medium"))).toEqual({ requests: expect.stringMatching(/^\d{8}$/), cheaperBefore: 0 });
    expect(first(FAST, ec2("t3.medium"))).not.toEqual({ requests: "16268542", cheaperBefore: 0 });
  });

  it("can come twice, when a second instance is needed", () => {
    const points = breakEven(
      [
        { workload: SLOW, target: LAMBDA },
        { workload: SLOW, target: ec2("m5.large") },
      ],
      RANGE,
      book,
    );
    expect(points.slice(0, 3)).toEqual([
      { requests: "4154932", cheaperBefore: 0 },
      { requests: "7358400", cheaperBefore: 1 },
      { requests: "8309865", cheaperBefore: 0 },
    ]);
  });
});

describe("a curve", () => {
  it("rises over the whole range", () => {
    const points = costCurve({ workload: SLOW, target: LAMBDA }, RANGE, book);
    expect(points[0]).toEqual({ requests: "100000", total: "1.68667" });
    expect(points.at(-1)).toEqual({ requests: "100000000", total: "1686.67" });
    const totals = points.map(({ total }) => Number(total));
    expect(totals).toEqual([...totals].sort((one, other) => one - other));
  });

  it("has gaps where a target is impossible", () => {
    const points = costCurve({ workload: SLOW, target: { ...LAMBDA, memoryMb: 128 } }, { from: 1, to: 10 }, book);
    expect(points.every(({ total }) => total === undefined)).toBe(true);
  });
});
