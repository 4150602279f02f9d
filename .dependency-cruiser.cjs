const { globSync, readFileSync } = require("node:fs");
const { dirname, join } = require("node:path");

/** The rooms of the core from the ground upwards: each may use only those before it. */
const CORE_ORDER = [
  "errors.ts",
  "bag.ts",
  "log.ts",
  "metrics/",
  "tracing/",
  "cpu/",
  "tensor/",
  "session/",
  "workers/",
  "batch/",
  "schedule/",
  "weights/",
  "predictor/",
  "request/",
];

/** What each package may import beside itself and node: packages of ours by folder, then packages of others. */
const MAY_IMPORT = [
  { from: "packages/core/src", others: ["onnxruntime-node", "onnxruntime-common", "hono", "zod"] },
  { from: "packages/cost/src", others: ["big\\.js"] },
  { from: "packages/server/src", ours: ["packages/core"] },
  {
    from: "packages/cli/src",
    ours: ["packages/core", "packages/cost", "packages/server", "packages/deploy", "providers/aws", "providers/google"],
    others: ["commander", "esbuild", "yaml"],
  },
  {
    from: "packages/conformance",
    ours: ["packages/core", "packages/server"],
    others: [
      "@google-cloud/[^/]+",
      "@jest/globals",
      "@zip\\.js/zip\\.js",
      "jest-environment-node",
      "protobufjs",
      "yaml",
    ],
  },
  {
    from: "packages/bench/src",
    ours: [
      "packages/core",
      "packages/server",
      "packages/conformance",
      "packages/deploy",
      "providers/aws",
      "providers/google",
    ],
    others: ["onnxruntime-node", "esbuild", "@aws-sdk/client-s3", "@google-cloud/storage"],
  },
  { from: "packages/deploy/src", ours: ["packages/core"], others: ["esbuild", "@zip\\.js/zip\\.js"] },
  {
    from: "packages/serverless/src",
    ours: ["packages/core", "packages/deploy", "providers/aws", "providers/google"],
    others: ["@aws-sdk/client-cloudformation"],
  },
  // What runs on the deployer's machine may know how deployments are planned; what runs in the cloud may not.
  { from: "providers/aws/src/deploy", ours: ["packages/deploy"] },
  {
    from: "providers/aws/src",
    ours: ["packages/core", "packages/server"],
    others: ["@aws-sdk/[^/]+", "@aws-crypto/[^/]+", "@smithy/[^/]+"],
  },
  { from: "providers/google/src/deploy", ours: ["packages/deploy"], others: ["google-auth-library"] },
  { from: "providers/google/src", ours: ["packages/core", "packages/server"], others: ["@google-cloud/[^/]+"] },
  // Tests, counterparts and examples are free to use what they need.
  { from: "(packages|providers)/[^/]+/tests", ours: ["packages/[^/]+"], others: [".+"] },
  { from: "packages/(conformance|cli|serverless)/tests", ours: ["providers/[^/]+"] },
  { from: "packages/conformance/counterparts", ours: ["(packages|providers)/[^/]+"], others: [".+"] },
  { from: "examples", ours: ["packages/[^/]+"], others: [".+"] },
];

/** The files behind the names that packages export; all others are a package's own business. */
const PUBLIC_DOORS = globSync("{packages,providers}/*/package.json").flatMap((file) =>
  Object.values(JSON.parse(readFileSync(file, "utf8")).exports ?? {})
    .map((targets) => targets["virga:source"])
    .filter((source) => source !== undefined)
    .map((source) => `^${join(dirname(file), source).replaceAll(".", "\\.")}$`),
);

const packageNamed = (name) => `node_modules/(@types/)?${name}/`;

/** @type {import("dependency-cruiser").IConfiguration} */
module.exports = {
  forbidden: [
    { name: "no-circles", severity: "error", from: {}, to: { circular: true } },
    ...CORE_ORDER.map((room, index) => ({
      name: `core-downwards-from-${room.replace(/\W.*/, "")}`,
      severity: "error",
      from: { path: `^packages/core/src/${room}` },
      to: { path: `^packages/core/src/(?!${CORE_ORDER.slice(0, index + 1).join("|")})` },
    })),
    {
      name: "one-importer-of-onnxruntime",
      severity: "error",
      from: { path: "^packages/core/src", pathNot: "^packages/core/src/session/onnx-runtime\\.ts$" },
      to: { path: packageNamed("onnxruntime-(node|common)") },
    },
    {
      name: "one-importer-of-zod",
      comment: "zod costs 25 to 60 ms of a cold start",
      severity: "error",
      from: { path: "^packages", pathNot: "^packages/core/src/config/" },
      to: { path: packageNamed("zod") },
    },
    {
      name: "public-doors-only",
      severity: "error",
      from: { path: "^(packages|providers|examples)/([^/]+)/" },
      to: { path: "^(packages|providers|examples)/", pathNot: ["^$1/$2/", ...PUBLIC_DOORS] },
    },
    {
      name: "packages-by-name",
      severity: "error",
      from: { path: "^(packages|providers|examples)/([^/]+)/" },
      to: { path: "^(packages|providers|examples)/", pathNot: "^$1/$2/", dependencyTypes: ["local"] },
    },
  ],
  allowed: [
    { from: {}, to: { dependencyTypes: ["core"] } },
    { from: { path: "^(packages|providers|examples)/([^/]+)/" }, to: { path: "^$1/$2/" } },
    ...MAY_IMPORT.map(({ from, ours = [], others = [] }) => ({
      from: { path: `^${from}/` },
      to: { path: [...ours.map((folder) => `^${folder}/`), ...others.map(packageNamed)] },
    })),
  ],
  allowedSeverity: "error",
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "^(packages|providers)/[^/]+/dist/" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.check.json" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["virga:source", "import", "node", "types", "default"],
    },
  },
};
