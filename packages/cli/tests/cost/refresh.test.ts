import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { refresh as runRefresh } from "../../src/cost/refresh/refresh.ts";
import { type RunResult, runVirga } from "../support/run-virga.ts";
import { createWorkspace, type Workspace } from "../support/workspace.ts";

const HEAD = [
  '"FormatVersion","v1.0"',
  '"Disclaimer","Prices, as ""published"", may change"',
  '"Publication Date","2026-11-20T10:00:00Z"',
  '"Version","20261120100000"',
];
const COLUMNS =
  '"SKU","OfferTermCode","RateCode","TermType","PriceDescription","EffectiveDate","StartingRange","EndingRange","Unit","PricePerUnit","Currency","Product Family","usageType","operation","Region Code"';

/** A price file as AWS publishes it, with these rows: usage type, operation, start, end, price. */
function priceFile(offer: string, region: string, rows: readonly (readonly string[])[]): string {
  const lines = rows.map(([usageType, operation, from, to, price, term = "OnDemand", code = region]) =>
    [
      "SKU1",
      "JRTC",
      "R",
      term,
      "0.1 per unit, or less",
      "2026-11-01",
      from,
      to,
      "unit",
      price,
      "USD",
      "x",
      usageType,
      operation,
      code,
    ]
      .map((cell) => `"${cell}"`)
      .join(","),
  );
  return [...HEAD, `"OfferCode","${offer}"`, COLUMNS, ...lines, ""].join("\n");
}

const LAMBDA = [
  ["APS3-Request", "Invoke", "0", "Inf", "0.0000002000"],
  ["APS3-Lambda-GB-Second", "Invoke", "0", "6000000000", "0.0000170000"],
  ["APS3-Lambda-GB-Second", "Invoke", "15000000000", "Inf", "0.0000133334"],
  ["APS3-Lambda-GB-Second", "Invoke", "6000000000", "15000000000", "0.0000150000"],
  ["APS3-Lambda-GB-Second-ARM", "Invoke", "0", "7500000000", "0.0000133334"],
  ["APS3-Lambda-GB-Second-ARM", "Invoke", "7500000000", "18750000000", "0.0000120001"],
  ["APS3-Lambda-GB-Second-ARM", "Invoke", "18750000000", "Inf", "0.0000106667"],
  ["APS3-Lambda-GB-Second", "Reserve", "0", "Inf", "0.0000010000", "Reserved"],
  ["APS3-Lambda-Storage-GB-Second", "Invoke", "0", "Inf", "0.0000000352"],
  ["Global-Request", "Invoke", "0", "1000000", "0.0000000000"],
] as const;

/** Of this region the book knows one price. */
const MILAN = [["EUS1-Lambda-GB-Second", "Invoke", "0", "Inf", "0.0000195172"]];

const sku = (description: string, regions: readonly string[], nanos: number, isFree = false): object => ({
  skuId: "A-B",
  description,
  serviceRegions: regions,
  pricingInfo: [
    {
      effectiveTime: "2026-11-19T00:00:00Z",
      pricingExpression: {
        usageUnit: "s",
        tieredRates: [
          ...(isFree ? [{ startUsageAmount: 0, unitPrice: { currencyCode: "USD", units: "0", nanos: 0 } }] : []),
          { startUsageAmount: isFree ? 180_000 : 0, unitPrice: { currencyCode: "USD", units: "0", nanos } },
        ],
      },
    },
  ],
});

let workspace: Workspace;
beforeEach(() => {
  workspace = createWorkspace();
});
afterEach(() => workspace.remove());

const refresh = (...options: string[]): Promise<RunResult> =>
  runVirga(workspace.folder, ["cost", "refresh", "--from", "saved", ...options]);

const readBook = (): { items: Record<string, Record<string, unknown>>; sources: Record<string, unknown> } =>
  JSON.parse(readFileSync(join(workspace.folder, "new.json"), "utf8"));

describe("virga cost refresh", () => {
  it("takes over what AWS's file says, and tells what changed", async () => {
    workspace.write("saved/lambda.csv", priceFile("AWSLambda", "ap-south-1", LAMBDA));
    const { code, stdout, stderr } = await refresh("--output", "new.json");
    expect(stdout).toMatch(/aws\/lambda\/ap-south-1\/duration\.x86 +0\.0000166667 +0\.000017 +\+2 %/);
    expect(stdout).toContain("3 confirmed, 1 changed, 0 missing; no file is about 270 others.");
    expect([stderr, code]).toEqual(["Wrote new.json.\n", 0]);
    const { items, sources } = readBook();
    const source = "aws-AWSLambda-ap-south-1-2026-11-20";
    expect(sources[source]).toEqual({
      name: "AWS Price List, offer AWSLambda, ap-south-1, publication 2026-11-20",
      asOf: "2026-11-20",
    });
    expect(items["aws/lambda/ap-south-1/duration.x86"]).toMatchObject({
      price: "0.000017",
      tiers: [
        { upTo: "6000000000", price: "0.000017" },
        { upTo: "15000000000", price: "0.000015" },
        { upTo: null, price: "0.0000133334" },
      ],
      source,
      asOf: "2026-11-20",
      confidence: "high",
    });
    const [estimate] = JSON.parse(
      (
        await runVirga(workspace.folder, [
          "cost",
          "--prices",
          "new.json",
          "--region",
          "ap-south-1",
          "--target",
          "lambda",
          "--requests",
          "1M",
          "--duration",
          "1000",
          "--memory",
          "1024",
          "--json",
        ])
      ).stdout,
    ).possible;
    expect(estimate.lines[1]).toMatchObject({ unitPrice: "0.000017", price: { asOf: "2026-11-20" } });
  });

  it("fails on a price that is gone, and writes nothing", async () => {
    workspace.write("saved/lambda.csv", priceFile("AWSLambda", "ap-south-1", LAMBDA.slice(1)));
    const { code, stdout, stderr } = await refresh("--output", "new.json");
    expect(stdout).toContain("Missing\n  aws/lambda/ap-south-1/requests");
    expect(stderr).toBe("error: The files lack 1 of the prices that they should hold, so no book is written.\n");
    expect(code).toBe(1);
    expect(readBook).toThrow("ENOENT");
  });

  it("tells a machine's plain price from those with licences", async () => {
    const rows = [
      ["BoxUsage:t3.small", "RunInstances:0002", "0", "Inf", "0.0392000000"],
      ["BoxUsage:t3.small", "RunInstances", "0", "Inf", "0.0208000000"],
      ["ATL1-BoxUsage:t3.small", "RunInstances", "0", "Inf", "0.0260000000", "OnDemand", "us-east-1-atl-1"],
    ];
    workspace.write("saved/ec2.csv", priceFile("AmazonEC2", "us-east-1", rows));
    const { stdout } = await refresh("--json");
    const { changed, confirmed } = JSON.parse(stdout);
    expect(changed).toEqual([]);
    expect(confirmed).toEqual(["aws/ec2/us-east-1/t3.small"]);
  });

  it("reads Google's catalogue: tiers by region, free bands and spot prices left out", async () => {
    const tier2 = ["asia-northeast3", "europe-west2", "europe-west3"];
    const tier1 = ["us-central1", "europe-west1", "asia-south1"];
    const perTier = (regions: readonly string[], cpu: number, memory: number, idle: number): object[] => [
      sku("Spot Services CPU (Request-based billing)", regions, 1),
      sku("Services CPU (Request-based billing)", regions, cpu, true),
      sku("Services Memory (Request-based billing)", regions, memory, true),
      sku("Services Min Instance CPU (Request-based billing)", regions, idle),
      sku("Services Min Instance Memory (Request-based billing)", regions, idle),
    ];
    const instances = ["europe-west2", "europe-west3", "us-central1"].flatMap((region) => [
      sku(`Services CPU (Instance-based billing) in ${region}`, [region], region === "us-central1" ? 18_000 : 25_200),
      sku(`Services Memory (Instance-based billing) in ${region}`, [region], 2_000),
    ]);
    const requests = { ...sku("Requests", ["global"], 400, true), skuId: "2DA5-55D3-E679" };
    const skus = [
      requests,
      ...perTier(tier1, 24_000, 2_500, 2_500),
      ...perTier(tier2, 33_600, 3_500, 3_500),
      ...instances,
    ];
    workspace.write("saved/run.json", JSON.stringify({ skus }));
    const { changed, missing } = JSON.parse((await refresh("--json")).stdout);
    expect(changed).toEqual([
      { id: "gcp/cloudRun/europe-west3/instance.cpu", before: "0.0000216", after: "0.0000252", driftPercent: 16.67 },
      { id: "gcp/cloudRun/europe-west3/instance.memory", before: "0.0000024", after: "0.000002", driftPercent: -16.67 },
    ]);
    expect(missing).toEqual([]);
  });

  it("adds up the CPUs and the memory of Vertex AI's machines", async () => {
    const vertex = (family: string, part: string, regions: readonly string[], nanos: number): object =>
      sku(`Vertex AI: Online/Batch Prediction ${family} Instance ${part} running in a region`, regions, nanos);
    const us = ["us-central1"];
    const others = ["asia-southeast1", "europe-west1"];
    const skus = [
      vertex("E2", "Core", us, 25_000_000),
      vertex("E2", "Ram", us, 3_382_050),
      vertex("N1 Predefined", "Core", us, 36_000_000),
      vertex("N1 Predefined", "Ram", us, 5_000_000),
      vertex("E2", "Core", others, 30_000_000),
      vertex("E2", "Ram", others, 4_000_000),
      vertex("N1 Predefined", "Core", others, 45_000_000),
      vertex("N1 Predefined", "Ram", others, 6_000_000),
    ];
    workspace.write("saved/vertex.json", JSON.stringify({ skus }));
    const { changed, confirmed, missing } = JSON.parse((await refresh("--json")).stdout);
    // 2 × 0.025 + 8 × 0.00338205, 2 × 0.036 + 7.5 × 0.005, …
    const machines = ["e2-standard-2", "e2-standard-4", "n1-highmem-2", "n1-standard-2", "n1-standard-4"];
    expect(confirmed).toEqual([
      "gcp/vertexOnline/asia-southeast1/n1-standard-4",
      ...machines.map((machine) => `gcp/vertexOnline/us-central1/${machine}`),
    ]);
    // 2 × 0.03 + 8 × 0.004
    expect(changed).toEqual([
      { id: "gcp/vertexOnline/europe-west1/e2-standard-2", before: "0.0847728", after: "0.092", driftPercent: 8.53 },
    ]);
    expect(missing).toEqual([]);
  });

  it.each([
    ["an empty folder", undefined, /^error: There is no price file in saved: save AWS's index.csv/],
    ["another CSV", ["saved/x.csv", "a,b\n1,2\n"], /^error: x.csv is no price file of AWS/],
    ["another JSON", ["saved/x.json", "{}"], /^error: x.json is no list of SKUs/],
  ] as const)("refuses %s", async (_, file, message) => {
    if (file !== undefined) workspace.write(file[0], file[1]);
    expect((await refresh()).stderr).toMatch(message);
  });
});

describe("virga cost refresh --fetch", () => {
  let server: Server | undefined;
  afterAll(() => {
    server?.close();
  });

  it("saves the files of each offer, and nothing is fetched without it", async () => {
    const asked: string[] = [];
    server = createServer((request, response) => {
      asked.push(request.url ?? "");
      const [, offer = "", region = ""] = /aws\/(\w+)\/current\/([\w-]+)\/index\.csv$/.exec(request.url ?? "") ?? [];
      response.end(priceFile(offer, region, offer === "AWSLambda" ? MILAN : [["x", "y", "0", "Inf", "1"]]));
    });
    await new Promise<void>((resolve) => server?.listen(0, "127.0.0.1", resolve));
    const printed: string[] = [];
    const terminal = {
      folder: workspace.folder,
      environment: { AWS_ENDPOINT_URL_PRICING: `http://127.0.0.1:${(server.address() as AddressInfo).port}` },
      print: (text: string): void => void printed.push(text),
      complain: (): void => undefined,
    };
    await runRefresh({ from: "saved", fetch: true, regions: ["eu-south-1"], json: true }, terminal);
    expect(asked[0]).toBe("/offers/v1.0/aws/AWSLambda/current/eu-south-1/index.csv");
    expect(asked).toHaveLength(7);
    expect(JSON.parse(printed.join()).confirmed).toEqual(["aws/lambda/eu-south-1/duration.x86"]);
    await runRefresh({ from: "saved", fetch: false, json: true }, terminal);
    expect(asked).toHaveLength(7);
  });
});
