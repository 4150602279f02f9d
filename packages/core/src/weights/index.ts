export { runtimeVersion } from "../session/onnx-runtime.ts";
export { createAliasWatch } from "./alias-watch.ts";
export { WeightCache, type WeightCacheOptions } from "./cache/weight-cache.ts";
export { type DeployedPlace, deployedModels } from "./deployed-models.ts";
export { chooseLoad, type LoadChoice } from "./load-choice.ts";
// The door to the weights' way: what prepares, keeps and finds models. A request needs none of it.
export { externalLocations, type ModelFile } from "./onnx-file/model-file.ts";
export { readModelFile } from "./onnx-file/read-model-file.ts";
export { LAYOUT_PROCESS } from "./packed/layout-process-location.ts";
export { MANIFEST_FILE, type PrepareOptions, prepareModel } from "./prepare/prepare-model.ts";
export { openSourceModel, type SourceModel } from "./prepare/source-model.ts";
export { type FreeSizes, trialInputs } from "./prepare/trial-inputs.ts";
export type { GarbageReport } from "./registry/collect-garbage.ts";
export type { LoadPlan, Manifest, ManifestFile } from "./registry/manifest.ts";
export type { PublishOptions } from "./registry/publish.ts";
export { type ListedVersion, Registry, type ResolvedVersion } from "./registry/registry.ts";
export { type RegistryKeys, registryKeys } from "./registry/registry-names.ts";
export type { AliasMove, AliasRecord, Author, LiveVersion } from "./registry/registry-records.ts";
export { createFileStore } from "./store/file-store.ts";
export { createHttpsStore } from "./store/https-store.ts";
export type {
  ByteRange,
  ModelStore,
  ObjectInfo,
  ObjectLocation,
  RangeRequest,
  WriteCondition,
  WriteOptions,
  WriteSource,
} from "./store/model-store.ts";
export { readOnly } from "./store/read-only.ts";
export { type RecordAnswer, requestRecord } from "./store/request-record.ts";
export { readVerified } from "./store/verified-file.ts";
