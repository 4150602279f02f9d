import type { AwsFacts } from "@virga/aws/deploy";
import type { PlannedModel, ServicePlan } from "@virga/deploy";

/** What may differ from a plan that AWS takes. */
export type PlanChanges = Partial<ServicePlan>;

export const FACTS: AwsFacts = { modelSizeBytes: { iris: 1_000 }, today: new Date("2026-10-01") };

export const IRIS: PlannedModel = { name: "iris", origin: { kind: "file", path: "/service/iris.onnx" } };

/** A plan that AWS takes, but for the changes. */
export function servicePlan(changes: PlanChanges = {}): ServicePlan {
  return {
    service: "flowers",
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
