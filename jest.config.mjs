import { availableParallelism } from "node:os";

/** @type {import("jest").Config} */
export default {
  roots: ["<rootDir>/packages", "<rootDir>/providers", "<rootDir>/examples"],
  testMatch: ["**/tests/**/*.test.ts"],
  testEnvironment: "<rootDir>/packages/conformance/jest-environment.cjs",
  testEnvironmentOptions: { customExportConditions: ["virga:source", "node", "node-addons"] },
  extensionsToTreatAsEsm: [".ts"],
  transform: {
    "^.+\\.ts$": [
      "@swc/jest",
      {
        jsc: { target: "es2023", parser: { syntax: "typescript" }, experimental: { keepImportAttributes: true } },
        module: { type: "es6" },
      },
    ],
  },
  // Only what hangs is to meet it: no test is about time.
  testTimeout: 300_000,
  // By default one processor is left alone, which is half of a machine with two.
  maxWorkers: Math.max(2, availableParallelism() - 1),
};
