/** The rooms of the core from the ground upwards: each may use only those before it. */
const CORE_ORDER = ["errors.ts", "tensor/", "session/", "weights/", "predictor/", "request/"];

/** What each package may import beside itself and node; a path in `to` is a package's public door. */
const CORE = "^packages/core/src/index\\.ts$";
const CONFIG_SCHEMA = "^packages/core/src/config/config-schema\\.ts$";
const SERVER = "^packages/server/src/index\\.ts$";
const CONFORMANCE = "^packages/conformance/src/(index|onnx-model/onnx-model)\\.ts$";

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
      from: { path: "^packages", pathNot: CONFIG_SCHEMA },
      to: { path: packageNamed("zod") },
    },
    {
      name: "public-doors-only",
      comment: "a package is imported by its name",
      severity: "error",
      from: { path: "^(packages|providers|examples)/([^/]+)/" },
      to: {
        path: "^(packages|providers|examples)/",
        pathNot: [`^(packages|providers|examples)/$2/`, CORE, CONFIG_SCHEMA, SERVER, CONFORMANCE],
      },
    },
  ],
  allowed: [
    { from: {}, to: { dependencyTypes: ["core"] } },
    { from: { path: "^(packages|providers|examples)/([^/]+)/" }, to: { path: "^$1/$2/" } },
    {
      from: { path: "^packages/core/src" },
      to: { path: packageNamed("(onnxruntime-node|onnxruntime-common|hono|zod)") },
    },
    { from: { path: "^packages/server/src" }, to: { path: CORE } },
    { from: { path: "^packages/cli/src" }, to: { path: [CORE, CONFIG_SCHEMA, SERVER] } },
    { from: { path: "^packages/cli/src" }, to: { path: packageNamed("(commander|yaml|esbuild)") } },
    {
      from: { path: "^packages/conformance/" },
      to: { path: [CORE, SERVER, packageNamed("(@jest/globals|jest-environment-node)")] },
    },
    {
      from: { path: "^packages/bench/src" },
      to: { path: [CORE, SERVER, CONFORMANCE, packageNamed("onnxruntime-node")] },
    },
    { from: { path: "^providers/[^/]+/src" }, to: { path: [CORE, SERVER] } },
    { from: { path: "^providers/aws/src" }, to: { path: packageNamed("@(aws-sdk|aws-crypto|smithy)/[^/]+") } },
    { from: { path: "^providers/google/src" }, to: { path: packageNamed("@google-cloud/[^/]+") } },
    // Tests and examples are free to use any package; other people's insides stay closed by `public-doors-only`.
    { from: { path: ["^(packages|providers)/[^/]+/tests", "^examples"] }, to: {} },
  ],
  allowedSeverity: "error",
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "/dist/" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.check.json" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["virga:source", "import", "node", "types", "default"],
    },
  },
};
