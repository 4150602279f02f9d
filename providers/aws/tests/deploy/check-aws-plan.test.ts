import { describe, expect, it } from "@jest/globals";
import { type AwsFacts, checkAwsPlan } from "@virga/aws/deploy";
import { InferenceError } from "@virga/core";
import { describeApiKey } from "@virga/deploy";
import { efs, inStore, MB, measured, REFUSALS, signature } from "../support/refused-plans.ts";
import { FACTS, type PlanChanges, servicePlan } from "../support/service-plan.ts";

function refusalOf(changes: PlanChanges, facts: Partial<AwsFacts> = {}): string {
  try {
    checkAwsPlan(servicePlan(changes), { ...FACTS, ...facts });
  } catch (error) {
    if (!InferenceError.is(error)) throw error;
    expect(error.code).toBe("CONFIG_INVALID");
    return error.message;
  }
  return "";
}

function warningsOf(changes: PlanChanges, facts: Partial<AwsFacts> = {}): readonly string[] {
  return checkAwsPlan(servicePlan(changes), { ...FACTS, ...facts });
}

describe("A plan that AWS would not take", () => {
  it.each(REFUSALS)("is refused: %s", (_what, changes, facts, key, rule, wayOut) => {
    const lines = refusalOf(changes, facts).split("\n").slice(1);
    const line = lines.find((each) => each.startsWith(`- ${key}: `));
    expect(line).toMatch(rule);
    expect(line).toMatch(wayOut);
  });

  it("is refused with every problem at once", () => {
    const message = refusalOf({ memoryMb: 1, timeoutSeconds: 1_000, access: "api-key", aws: { region: "moon" } });
    for (const key of ["inference.memory", "inference.timeout", "inference.access", "inference.aws.region"]) {
      expect(message).toContain(`- ${key}: `);
    }
  });
});

describe("A plan that AWS takes", () => {
  it.each([
    ["as it is", {}, {}],
    ["at the least", { memoryMb: 128, timeoutSeconds: 0.1 }, {}],
    [
      "at the most",
      { memoryMb: 10_240, timeoutSeconds: 900, service: "x".repeat(39) },
      { modelSizeBytes: { iris: 5_000 * MB } },
    ],
    ["with an HTTP API", { timeoutSeconds: 30, aws: { front: "http-api" } }, {}],
    ["with a file system for what /tmp does not hold", { aws: { efs } }, { modelSizeBytes: { iris: 50_000 * MB } }],
    ["with a key", { access: "api-key" }, describeApiKey("x".repeat(32))],
    ["in another partition", { aws: { region: "us-gov-west-1" } }, {}],
    ["with enough memory", { memoryMb: 448 }, { modelMemory: { iris: measured(200, 300) } }],
    [
      "streaming large answers",
      { aws: { streaming: true } },
      { signatures: { iris: signature([1], [-1, 4_000_000]) } },
    ],
    [
      "with a predictor that has messages of its own",
      { predictorPath: "/service/predict.ts" },
      { signatures: { iris: signature([3, 2_048, 2_048], [4_000_000]) } },
    ],
    ["with native code for its Linux", {}, { neededGlibc: { "libonnxruntime.so.1": "2.28", "addon.node": "2.34" } }],
    ["with a long name, and a role that has its own", { service: "x".repeat(40) }, { namesRole: true }],
    ["with a file system's network in place of the service's", { aws: { efs } }, { hasNetwork: true }],
    ["with a model from another bucket", { models: [inStore("s3://b/p")] }, {}],
    ["with a model from the internet", { models: [inStore("https://host/p")] }, {}],
  ] as [string, PlanChanges, Partial<AwsFacts>][])("passes without a word: %s", (_what, changes, facts) => {
    expect(warningsOf(changes, facts)).toEqual([]);
  });

  it("passes with a warning where weights do not stay in memory", () => {
    const warnings = warningsOf({ memoryMb: 256 }, { modelMemory: { iris: measured(8, 500) } });
    expect(warnings).toEqual([expect.stringMatching(/^inference.memory: .*598 MB.* inference.memory: 640\.$/)]);
  });

  it("passes with a warning where only numbers of few digits pass", () => {
    const warnings = warningsOf({}, { signatures: { iris: signature([1], [1_024, 1_024], "int64") } });
    expect(warnings).toEqual([expect.stringMatching(/^inference.models.iris: .*gives y.*streaming/)]);
  });

  it("passes with a warning where it is in a network of the service", () => {
    const warnings = warningsOf({}, { hasNetwork: true });
    expect(warnings).toEqual([expect.stringMatching(/^provider.vpc: .*gateway endpoint for S3/)]);
  });

  it("passes with a warning in the last months of its runtime", () => {
    expect(warningsOf({}, { today: new Date("2027-12-01") })).toEqual([expect.stringContaining("2028-04-30")]);
    expect(warningsOf({}, { today: new Date("2028-06-30") })).toEqual([expect.stringContaining("2028-07-01")]);
  });
});
