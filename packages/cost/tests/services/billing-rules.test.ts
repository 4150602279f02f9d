import { describe, expect, it } from "@jest/globals";
import { standardPriceBook } from "@virga/cost";
import { billComponents, type Component } from "../../src/bill/bill.ts";
import { toLine } from "../../src/bill/line.ts";
import { parsePrice } from "../../src/price-book/parse-price-book.ts";

const book = standardPriceBook();

/** Quantities by the names of the lines. */
function quantities(component: Omit<Component, "id">): Record<string, string> {
  const lines = billComponents([{ id: "it", ...component }], book).map(toLine);
  return Object.fromEntries(lines.map(({ name, quantity }) => [name, quantity]));
}

const lambda = (inputs: object): Record<string, string> =>
  quantities({
    service: "aws.lambda",
    region: "us-east-1",
    inputs: { requests: 1_000, durationMs: 100, memoryMb: 1_024, architecture: "x86_64", ...inputs },
  });
const run = (inputs: object): Record<string, string> =>
  quantities({
    service: "gcp.cloudRun",
    region: "us-central1",
    inputs: { billing: "request", requests: 1_000, durationMs: 100, vcpu: 1, memoryGib: 2, concurrency: 1, ...inputs },
  });

describe("Lambda", () => {
  it("rounds every request up to a millisecond, with its INIT where it is cold", () => {
    expect(lambda({ durationMs: "99.1" })["compute"]).toBe("100");
    const cold = { durationMs: "250.06", requests: 1, coldStart: { rate: 1, initMs: "100.77" } };
    expect(lambda(cold)["compute"]).toBe("0.351");
  });

  it("bills INIT for the share of requests that is cold, in /tmp too", () => {
    const cold = { ephemeralMb: 1_536, coldStart: { rate: "0.5", initMs: 1_000 } };
    expect(lambda(cold)).toMatchObject({ compute: "600", ephemeral: "600" });
  });

  it("has 512 MB of /tmp in its price", () => {
    expect(lambda({ ephemeralMb: 512 })).not.toHaveProperty("ephemeral");
    expect(lambda({ ephemeralMb: 513 })["ephemeral"]).toBe("0.09765625");
  });

  it("rounds provisioned concurrency up to five minutes", () => {
    const provisioned = { concurrency: 1, requests: 0, durationMs: 1 };
    const at = (hours: string): string | undefined =>
      lambda({ provisionedConcurrency: { ...provisioned, hours } })["provisioned"];
    expect([at("0.01"), at("0.0834"), at("1")]).toEqual(["300", "600", "3600"]);
  });

  it("subtracts the free tier once, and never from provisioned concurrency", () => {
    const free = { freeTier: true, freeTierRequests: 1_200, freeTierGbSeconds: 40 };
    const provisionedConcurrency = { concurrency: 1, hours: 1, requests: 500, durationMs: 1_000 };
    expect(lambda({ ...free, provisionedConcurrency })).toEqual({
      requests: "300",
      compute: "60",
      provisioned: "3600",
      computeProvisioned: "500",
    });
  });
});

describe("Cloud Run", () => {
  it("rounds the time of an instance up to 100 ms", () => {
    expect(run({ durationMs: 101 })["cpu"]).toBe("200");
    expect(run({ durationMs: 100 })["cpu"]).toBe("100");
  });

  it("bills starts as activity", () => {
    expect(run({ coldStart: { rate: "0.1", startMs: 1_950 } })).toMatchObject({ cpu: "300", memory: "600" });
  });

  it("never gives more credit for a line than the line costs", () => {
    const allowances = { cpu: 180_000, memory: 360_000, requests: 2_000_000 };
    const charges = billComponents(
      [
        {
          id: "run",
          service: "gcp.cloudRun",
          region: "europe-west3",
          inputs: {
            billing: "request",
            requests: 1_000,
            durationMs: 100,
            vcpu: 1,
            memoryGib: 2,
            concurrency: 1,
            freeTier: "creditAtTier1",
            allowances,
          },
        },
      ],
      book,
    );
    const total = charges.reduce((sum, { amount }) => sum + Number(amount), 0);
    expect(total).toBeCloseTo(0, 12);
  });
});

describe("SageMaker Serverless", () => {
  it("takes provisioned concurrency to be linear in memory", () => {
    const provisionedConcurrency = { concurrency: 2, seconds: 100, inferenceSeconds: 30 };
    const inputs = { inferenceSeconds: 0, memoryGb: 4, provisionedConcurrency };
    expect(quantities({ service: "aws.sagemakerServerless", region: "us-east-1", inputs })).toMatchObject({
      provisioned: "400",
      computeProvisioned: "60",
    });
  });
});

describe("an HTTP API", () => {
  it("counts units of 512 KB", () => {
    const inputs = { kind: "HTTP", requests: 10, unitsPerRequest: 3 };
    expect(quantities({ service: "aws.apiGateway", region: "us-east-1", inputs })).toEqual({ requests: "30" });
  });
});

describe("a bill", () => {
  it("never adds two currencies", () => {
    const ecr = (currency: string): Component => ({
      id: currency,
      service: "aws.ecr",
      region: "x",
      inputs: { gb: 1 },
      prices: { storage: parsePrice({ price: "0.1", currency }, "price") },
    });
    expect(() => billComponents([ecr("USD"), ecr("CNY")], book)).toThrow(
      "currency is mixed: USD and CNY cannot be added.",
    );
  });
});
