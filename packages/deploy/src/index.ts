export { type ArtefactLimits, artefactSize, checkArtefactSize, describeArtefact } from "./bundle/artefact-size.ts";
export { explainBuildFailure } from "./bundle/build-failure.ts";
export { bundleFunction } from "./bundle/bundle-function.ts";
export type { BundleOptions } from "./bundle/compile-function.ts";
export { type FunctionEntry, type HandlerSource, writeFunctionEntry } from "./bundle/function-entry.ts";
export { type Architecture, readRuntimeGlibc } from "./bundle/runtime-files.ts";
export { type ZippedFunction, zipFunction } from "./bundle/zip-function.ts";
export type { BundledFile, BundledFunction } from "./bundled-function.ts";
export { type DescribedApiKey, describeApiKey } from "./plan/api-key.ts";
export { checkFiles, type NeededFile } from "./plan/check-files.ts";
export { toModelOrigin } from "./plan/model-origin.ts";
export { registryPrefix } from "./plan/registry-prefix.ts";
export { checkPlanFiles, type PlannedService, toServicePlan } from "./plan/to-service-plan.ts";
export { type MeasureOptions, measureModelMemory, measurePreparedMemory } from "./preflight/measure-model-memory.ts";
export type { MeasuredMemory, ProcessMemory } from "./preflight/measured-memory.ts";
export { ownMemoryMb } from "./preflight/own-memory.ts";
export {
  DEPLOYED_ALIAS,
  type PublishedModel,
  type PublishModelsOptions,
  publishModels,
} from "./publish/publish-models.ts";
export { describeManifest, type StudiedModel, studyModels } from "./publish/study-models.ts";
export type { ModelOrigin, PlannedModel, ServicePlan } from "./service-plan.ts";
