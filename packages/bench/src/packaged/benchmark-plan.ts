import type { bundleFunction, ServicePlan } from "@virga/deploy";
import type { StoredModel } from "../weights/stored-model.ts";

/** The service that is measured: one model, which lies in the registry that the environment names. */
export function toBenchmarkPlan(model: StoredModel, folder: string): ServicePlan {
  return {
    service: "benchmark",
    stage: "dev",
    folder,
    models: [{ name: model.name, origin: { kind: "file", path: model.originalPath } }],
    memoryMb: 1_769,
    timeoutSeconds: 30,
    access: "public",
    aws: {},
    google: {},
  };
}

/** This machine's, so that what is bundled runs here. */
export const ARCHITECTURE: Parameters<typeof bundleFunction>[0]["architecture"] =
  process.arch === "arm64" ? "arm64" : "x64";
