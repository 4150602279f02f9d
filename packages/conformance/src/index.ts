export type { ConformanceCase } from "./conformance-case.ts";
export { describeAdapter } from "./describe-adapter.ts";
export { describeEngine } from "./describe-engine.ts";
export { describeStore } from "./describe-store.ts";
export { ENGINE_CASES } from "./engine-cases.ts";
export type { CreateEngine, EngineCase } from "./engine-harness.ts";
export {
  type Attribute,
  encodeModel,
  type Initializer,
  type ModelDefinition,
  type OnnxElementType,
  type Operation,
  type Value,
  type ValueType,
} from "./onnx-model/onnx-model.ts";
