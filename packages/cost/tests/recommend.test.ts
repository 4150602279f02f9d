import { describe, expect, it } from "@jest/globals";
import {
  type MeasuredLatency,
  parseMeasurements,
  type Recommendation,
  recommend,
  standardPriceBook,
} from "@virga/cost";

const book = standardPriceBook();
const BOTH: readonly MeasuredLatency[] = [
  { threads: 1, durationMs: 400 },
  { threads: 2, durationMs: 220 },
  { threads: 4, durationMs: 130 },
  { threads: 1, durationMs: 360, architecture: "arm64" },
];

function ask(goalMs: number, measured = BOTH, requests = 1_000_000): Recommendation {
  const workload = { requests, memoryMb: 1_024 };
  return recommend({ workload, measured, goalMs, awsRegion: "us-east-1", googleRegion: "us-central1" }, book);
}

describe("a recommendation", () => {
  it("is the cheapest that is fast enough", () => {
    const { best, options } = ask(400);
    const inTime = options.filter(({ meetsGoal }) => meetsGoal);
    expect(best).toBe(options[0]);
    expect(inTime.every(({ latencyMs }) => Number(latencyMs) <= 400)).toBe(true);
    const totals = inTime.map(({ estimate }) => (estimate.isPossible ? Number(estimate.exactTotal) : Number.NaN));
    expect(totals).toEqual([...totals].sort((one, other) => one - other));
    expect(best?.target).toEqual({ product: "lambda", region: "us-east-1", architecture: "arm64", memoryMb: "1769" });
  });

  it("takes more memory, and with it CPUs, for a closer goal", () => {
    const lambdas = ask(250).options.filter(({ target, meetsGoal }) => target.product === "lambda" && meetsGoal);
    // Two threads on two CPUs are there from 2 × 1,769 MB, and 220 ms become 250 at 2 × 1,769 × 220 / 250 MB.
    expect(lambdas.map(({ target }) => target)).toContainEqual(expect.objectContaining({ memoryMb: "3538" }));
    expect(lambdas.map(({ target }) => target)).not.toContainEqual(expect.objectContaining({ memoryMb: "2048" }));
  });

  it("knows that a fraction of a CPU is slower by as much", () => {
    const small = ask(1).options.find(({ target }) => "memoryMb" in target && target.memoryMb === "1024");
    expect(Number(small?.latencyMs)).toBeCloseTo((360 * 1_769) / 1_024, 2);
  });

  it("goes to machines when traffic is dense", () => {
    expect(ask(400, BOTH, 50_000_000).best?.target.product).toBe("ec2");
  });

  it("is none where nothing is fast enough, and then shows the fastest first", () => {
    const { best, options } = ask(10);
    expect(best).toBeUndefined();
    expect(options[0]?.latencyMs).toBe("130");
  });

  it("says what it has no measurement for", () => {
    const onX64 = ask(400, [{ threads: 1, durationMs: 300 }]);
    expect(onX64.leftOut[0]).toBe("arm64: no time was measured on it");
    expect(onX64.options.some(({ target }) => "architecture" in target && target.architecture === "arm64")).toBe(false);
    expect(onX64.options.some(({ target }) => "machine" in target && target.machine.startsWith("c7g"))).toBe(false);
  });
});

describe("measurements from a file", () => {
  it.each([
    [[], "measurements must be a list that is not empty."],
    [[{ threads: 0, durationMs: 1 }], "measurements[0].threads must be a whole number, 1 or more."],
    [[{ threads: 1 }], "measurements[0].durationMs is missing."],
    [[{ threads: 1, durationMs: 1, cpu: "x" }], "measurements[0].cpu means nothing here"],
    [[{ threads: 1, durationMs: 1, architecture: "mips" }], "measurements[0].architecture must be one of x64, arm64"],
  ])("are refused by field: %j", (data, message) => {
    expect(() => parseMeasurements(data)).toThrow(message);
  });
});
