export { FAILURES, type FailureCode, type FailureOptions, InferenceError } from "./errors.ts";
export type { Log, LogEntry } from "./log.ts";
export { type ChangedSeries, createChangeReader, type Gain } from "./metrics/changes.ts";
export type { HistogramSample, Labels, MetricFamily, MetricsSource, Sample } from "./metrics/metric-family.ts";
export {
  definePredictor,
  type Predictor,
  type PredictorContext,
  type PredictorDefinition,
  type TensorField,
  type TensorFields,
  type TensorsOf,
} from "./predictor/predictor.ts";
export type { Answer } from "./request/answer.ts";
export { type App, type AppOptions, createApp } from "./request/app.ts";
export {
  createPredictor,
  type LoadedPredictor,
  type PlainValue,
  type PredictorInput,
} from "./request/create-predictor.ts";
export { toFailureResponse, toInferenceError } from "./request/failure-response.ts";
export type { IncomingRequest, RequestBody } from "./request/incoming-request.ts";
export type { InferenceApp, Invocation } from "./request/inference-app.ts";
export { DEFAULT_LIMITS, type Limits } from "./request/limits.ts";
export type { EndpointDescription, ServiceOptions } from "./request/service.ts";
export type { Engine, LoadMode, ModelSource, Session, UnusableOutput } from "./session/engine.ts";
export { createOnnxEngine } from "./session/onnx-engine.ts";
export type { ParameterValue, Runnable, RunOptions } from "./session/runnable.ts";
export type { OnnxEngineOptions } from "./session/session-options.ts";
export {
  type ElementType,
  FIXED_ELEMENTS,
  type FixedElementType,
  type TensorData,
  toDatatype,
  toElementType,
} from "./tensor/element-type.ts";
export { expectTensor } from "./tensor/expect-tensor.ts";
export { float16ToNumber, numberToFloat16 } from "./tensor/float16.ts";
export { type Signature, type Tensor, type TensorSpec, type Tensors, tensor } from "./tensor/tensor.ts";
export type { HeaderReader } from "./tracing/header-reader.ts";
export type { DeployedModel, DeployedService } from "./weights/deployed-service.ts";
export type { RegisteredModel } from "./weights/load-registered.ts";
export type { ModelConfig } from "./weights/model-library.ts";
export { type ModelTreatment, treatmentOf } from "./weights/model-treatment.ts";
