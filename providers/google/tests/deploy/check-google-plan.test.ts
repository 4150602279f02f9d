import { describe, expect, it } from "@jest/globals";
import type { ServicePlan } from "@virga/deploy";
import { checkGooglePlan, type GoogleFacts } from "@virga/google/deploy";
import { FACTS, servicePlan } from "../support/service-plan.ts";

const MB = 2 ** 20;

describe("a plan", () => {
  it("that Google takes is taken", () => {
    expect(checkGooglePlan(servicePlan(), FACTS)).toEqual([]);
  });

  it.each<[string, Partial<ServicePlan>, Partial<GoogleFacts>]>([
    ["service: the function's name", { service: "a".repeat(60) }, {}],
    ["service: the function's name 1iris", { service: "1iris" }, {}],
    ["inference.google.project:", {}, { project: "No Project" }],
    ["inference.google.region:", { google: { region: "us-east-1" } }, {}],
    ["inference.google.bucket:", { google: { bucket: "gs://mine" } }, {}],
    ["inference.memory: a function has", { memoryMb: 40_000 }, {}],
    ["inference.memory: the disk", {}, { modelSizeBytes: { iris: 2 ** 30 } }],
    [
      "inference.memory: the disk",
      { memoryMb: 400 },
      { modelSizeBytes: { iris: 200 * MB }, modelMemory: needing(153) },
    ],
    ["inference.models: the disk", { memoryMb: 32_768 }, { modelSizeBytes: { iris: 32_768 * MB } }],
    ["service: Google takes no functions on nodejs22 since 2027-10-31", {}, { today: new Date("2027-10-31") }],
    ["inference.google.score: goog", { google: { score: "gs://googol" } }, {}],
    [
      "inference.google.score: flowers-iris-dev-virga holds",
      { google: { score: "gs://flowers-iris-dev-virga/in" } },
      {},
    ],
    ["inference.google.score: mine holds", { google: { bucket: "mine", score: "gs://mine" } }, {}],
    ["inference.timeout:", { timeoutSeconds: 4_000 }, {}],
    ["inference.google.concurrency:", { google: { concurrency: 2 } }, {}],
    ["inference.google.minInstances:", { google: { minInstances: 2, maxInstances: 1 } }, {}],
    ["inference.access:", { access: "api-key" }, {}],
    ["provider.environment: K_SERVICE", {}, { environment: { K_SERVICE: "x" } }],
    ["provider.environment: a function's", {}, { environment: { BIG: "x".repeat(40_000) } }],
    [
      "inference.models.iris:",
      {
        models: [
          {
            name: "iris",
            origin: { kind: "registry", store: "s3://bucket", registryName: "iris", reference: "production" },
          },
        ],
      },
      {},
    ],
  ])("is refused with its key, rule and way out: %s", (expected, changes, facts) => {
    const check = () => checkGooglePlan(servicePlan(changes), { ...FACTS, ...facts });
    expect(check).toThrow(expect.objectContaining({ code: "CONFIG_INVALID" }));
    expect(check).toThrow(`\n- ${expected}`);
  });

  it("that has room for the weights' files and what was measured beside them is taken", () => {
    const facts = { ...FACTS, modelSizeBytes: { iris: 200 * MB }, modelMemory: needing(152) };
    const warnings = checkGooglePlan(servicePlan({ memoryMb: 400 }), facts);
    expect(warnings).toEqual([expect.stringMatching(/takes 832 MB.*Write inference\.memory: 832\.$/)]);
    expect(checkGooglePlan(servicePlan({ memoryMb: 832 }), facts)).toEqual([]);
  });

  it("counts what each worker has for itself, also of those that come with more memory", () => {
    const facts = { ...FACTS, modelSizeBytes: { iris: 200 * MB }, modelMemory: needing(600) };
    const check = (google: ServicePlan["google"]) => () =>
      checkGooglePlan(servicePlan({ memoryMb: 1_300, google }), facts);
    // 48 + 2 × 16 for the program, 200 of weights and 600 in each worker.
    expect(check({ cpu: 2 })).toThrow(/need 600 MB beside them in each of 2 workers and the program 80,.*: 2960\.$/);
    expect(check({ cpu: 2, concurrency: 1 })()).toEqual([expect.stringMatching(/Write inference\.memory: 1728\.$/)]);
    // Above 2,048 MB there are two processors.
    const large = { ...FACTS, modelSizeBytes: { iris: 200 * MB }, modelMemory: needing(800) };
    const [advised] = checkGooglePlan(servicePlan({ memoryMb: 2_048 }), large);
    expect(advised).toMatch(/takes 2144 MB.*Write inference\.memory: 3760\.$/);
    expect(checkGooglePlan(servicePlan({ memoryMb: 3_760 }), large)).toEqual([]);
  });

  it.each([
    ["2027-01-29", []],
    ["2027-01-30", [expect.stringMatching(/nodejs22 ends on 2027-04-30.*from 2027-10-31.*--runtime=nodejs24/)]],
  ])("whose runtime ends within three months is advised of it: %s", (today, expected) => {
    expect(checkGooglePlan(servicePlan(), { ...FACTS, today: new Date(today) })).toEqual(expected);
  });

  it("whose next version has no room beside the last is advised of it", () => {
    const facts = { ...FACTS, modelSizeBytes: { iris: 500 * 2 ** 20 } };
    // With more memory comes a processor, and with that a worker of 16 MB.
    const expected = expect.stringMatching(/takes 1128 MB.*Write inference\.memory: 1144\.$/);
    expect(checkGooglePlan(servicePlan(), facts)).toEqual([expected]);
  });

  it("that gives requests longer than events may have is advised of it", () => {
    const plan = servicePlan({ timeoutSeconds: 900, google: { score: "gs://inbox" } });
    expect(checkGooglePlan(plan, FACTS)).toEqual([expect.stringContaining("an event is given 540 s")]);
  });
});

/** A model that takes so much beside its weights' files. */
function needing(megabytes: number): NonNullable<GoogleFacts["modelMemory"]> {
  const base = { peakBytes: 110 * MB, anonymousBytes: 54 * MB };
  const total = { peakBytes: base.peakBytes + 500 * MB, anonymousBytes: base.anonymousBytes + megabytes * MB };
  return { iris: { base, total, hasRun: true } };
}
