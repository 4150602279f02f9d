export type { BundledFile, BundledFunction } from "./bundled-function.ts";
export type { ModelOrigin, PlannedModel, ServicePlan } from "./service-plan.ts";
