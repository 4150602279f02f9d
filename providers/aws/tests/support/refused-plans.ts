import type { AwsFacts } from "@virga/aws/deploy";
import type { MeasuredMemory } from "@virga/deploy";
import { describeApiKey } from "@virga/deploy";
import { IRIS, type PlanChanges } from "./service-plan.ts";

export const MB = 2 ** 20;

/** A model that takes so much beside the process. */
export function measured(ownAnonymousMb: number, ownPeakMb: number): MeasuredMemory {
  const base = { anonymousBytes: 10 * MB, peakBytes: 60 * MB };
  const anonymousBytes = base.anonymousBytes + ownAnonymousMb * MB;
  return { base, total: { anonymousBytes, peakBytes: base.peakBytes + ownPeakMb * MB }, hasRun: true };
}

/** Of a model with one input and one output. */
export const signature = (inputs: number[], outputs: number[], type: "float32" | "int64" = "float32") => ({
  inputs: [{ name: "x", type, shape: inputs }],
  outputs: [{ name: "y", type, shape: outputs }],
});
export const efs = { create: true } as const;
/** The model in a registry. */
export const inStore = (store: string) => ({
  ...IRIS,
  origin: { kind: "registry" as const, store, registryName: "iris", reference: "production" },
});

/** Each with its key, its rule and its way out. */
export const REFUSALS: [
  what: string,
  changes: PlanChanges,
  facts: Partial<AwsFacts>,
  key: string,
  rule: RegExp,
  wayOut: RegExp,
][] = [
  ["too little memory", { memoryMb: 127 }, {}, "inference.memory", /128 to 10240 MB/, /Write a whole number/],
  ["too much memory", { memoryMb: 20_000 }, {}, "inference.memory", /128 to 10240 MB.* 20000/, /Write a whole number/],
  ["half a megabyte", { memoryMb: 128.5 }, {}, "inference.memory", /128 to 10240 MB/, /Write a whole number/],
  [
    "less memory than the model needs",
    { memoryMb: 128 },
    { modelMemory: { iris: measured(200, 300) } },
    "inference.memory",
    /need 248 MB/,
    /Write inference.memory: 448/,
  ],
  [
    "a model that no function holds",
    { memoryMb: 10_240 },
    { modelMemory: { iris: measured(10_240, 10_300) } },
    "inference.models",
    /at most 10240/,
    /fewer models/,
  ],
  ["too long a timeout", { timeoutSeconds: 901 }, {}, "inference.timeout", /900 s/, /Write at most 900/],
  [
    "too long a timeout for an HTTP API",
    { timeoutSeconds: 31, aws: { front: "http-api" } },
    {},
    "inference.timeout",
    /30 s/,
    /front: url/,
  ],
  [
    "streaming through an HTTP API",
    { aws: { front: "http-api", streaming: true } },
    {},
    "inference.aws.streaming",
    /HTTP API/,
    /front: url/,
  ],
  [
    "streaming with a file system",
    { aws: { streaming: true, efs } },
    {},
    "inference.aws.streaming",
    /file system/,
    /Leave out/,
  ],
  [
    "models that /tmp does not hold",
    {},
    { modelSizeBytes: { iris: 5_200 * MB } },
    "inference.models",
    /at most 10240 MB/,
    /efs: \{ create: true \}/,
  ],
  ["no API key", { access: "api-key" }, {}, "inference.access", /there is none/, /VIRGA_API_KEY/],
  [
    "an API key that is short",
    { access: "api-key" },
    describeApiKey("x".repeat(31)),
    "inference.access",
    /31 characters/,
    /at least 32/,
  ],
  [
    "an environment of more than 4 KB",
    {},
    { environment: { LONG: "x".repeat(4_096) } },
    "provider.environment",
    /4096 bytes/,
    /elsewhere/,
  ],
  ["a model on Google Cloud", { models: [inStore("gs://b/p")] }, {}, "inference.models.iris", /gs:\/\/b\/p/, /s3:\/\//],
  [
    "a model on the internet from a network without it",
    { models: [inStore("https://host/p")], aws: { efs } },
    {},
    "inference.models.iris",
    /S3 alone, and not https:/,
    /s3:\/\//,
  ],
  ["a long name", { service: "x".repeat(53) }, {}, "service", /64/, /Shorten .* by 1\b/],
  [
    "a long name of the role",
    { service: "x".repeat(40) },
    {},
    "service",
    /lambdaRole.* 64/,
    /provider\.iam\.role\.name/,
  ],
  [
    "streaming from a network of the service",
    { aws: { streaming: true } },
    { hasNetwork: true },
    "inference.aws.streaming",
    /provider\.vpc/,
    /Leave out inference.aws.streaming/,
  ],
  [
    "a region of another cloud",
    { aws: { region: "us-central1" } },
    {},
    "inference.aws.region",
    /us-central1/,
    /us-east-1/,
  ],
  [
    "a bucket as a URI",
    { aws: { bucket: "s3://models" } },
    {},
    "inference.aws.bucket",
    /no name of a bucket/,
    /name alone/,
  ],
  [
    "a retention that osls does not know",
    { aws: { logRetentionDays: 1_096 } },
    {},
    "inference.aws.logRetentionDays",
    /1096/,
    /731 or 1827/,
  ],
  [
    "more subnets than a function has",
    {
      aws: {
        efs: {
          fileSystem: "fs-1",
          accessPoint: "fsap-1",
          subnets: Array(17).fill("subnet-1"),
          securityGroups: ["sg-1"],
        },
      },
    },
    {},
    "inference.aws.efs.subnets",
    /16 subnets/,
    /one in each zone/,
  ],
  [
    "more security groups than a function has",
    {
      aws: {
        efs: {
          fileSystem: "fs-1",
          accessPoint: "fsap-1",
          subnets: ["subnet-1"],
          securityGroups: Array(6).fill("sg-1"),
        },
      },
    },
    {},
    "inference.aws.efs.securityGroups",
    /5 security groups/,
    /mount targets let in/,
  ],
  [
    "an output that no answer holds",
    {},
    { signatures: { iris: signature([1], [-1, 4_000_000]) } },
    "inference.models.iris",
    /gives y .* 6 MB each way/,
    /streaming: true/,
  ],
  [
    "an input that no request holds",
    { aws: { streaming: true } },
    { signatures: { iris: signature([3, 2_048, 2_048], [1]) } },
    "inference.models.iris",
    /takes x .* 6 MB each way/,
    /Send less/,
  ],
  [
    "a runtime that has ended",
    {},
    { today: new Date("2028-07-01") },
    "service",
    /nodejs24.x since 2028-07-01/,
    /Update Virga/,
  ],
  [
    "native code for a newer Linux",
    {},
    { neededGlibc: { "addon.node": "2.35" } },
    "inference.predictor",
    /addon.node needs glibc 2.35.* 2.34/,
    /older Linux/,
  ],
];
