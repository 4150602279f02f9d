import type { PlannedModel, ServicePlan } from "@virga/deploy";
import type { GoogleFacts } from "@virga/google/deploy";

export const FACTS: GoogleFacts = {
  project: "flowers",
  modelSizeBytes: { iris: 1_000 },
  // No runtime that is deployed ends soon.
  today: new Date("2026-11-22"),
};

export const IRIS: PlannedModel = { name: "iris", origin: { kind: "file", path: "/service/iris.onnx" } };

/** A plan that Google takes, but for the changes. */
export function servicePlan(changes: Partial<ServicePlan> = {}): ServicePlan {
  return {
    service: "iris",
    stage: "dev",
    folder: "/service",
    models: [IRIS],
    memoryMb: 1_024,
    timeoutSeconds: 30,
    access: "private",
    aws: {},
    google: {},
    ...changes,
  };
}
