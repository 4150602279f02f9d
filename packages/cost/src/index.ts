export type { Line } from "./bill/line.ts";
export {
  type BreakEven,
  breakEven,
  type CheapestRange,
  type CurvePoint,
  cheapestRanges,
  costCurve,
} from "./compare/break-even.ts";
export { type Candidate, type Comparison, compare } from "./compare/compare.ts";
export type { RequestRange } from "./compare/request-grid.ts";
export { CostError, type CostErrorCode } from "./cost-error.ts";
export type { DecimalInput } from "./decimal/decimal.ts";
export { ROUNDING_MODES, type RoundingMode } from "./decimal/rounding.ts";
export {
  type Estimate,
  type EstimateOptions,
  estimate,
  type ImpossibleEstimate,
  type PossibleEstimate,
} from "./estimate.ts";
export { parsePriceBook } from "./price-book/parse-price-book.ts";
export type { Confidence, PriceOrigin } from "./price-book/price.ts";
export { type PriceBook, type PriceId, regionsOf } from "./price-book/price-book.ts";
export { STANDARD_PRICES, standardPriceBook } from "./price-book/standard-price-book.ts";
export { type Architecture, lambdaLatency, type MeasuredLatency, parseMeasurements } from "./recommend/latency.ts";
export {
  type Recommendation,
  type RecommendationRequest,
  recommend,
  type ServingOption,
} from "./recommend/recommend.ts";
export { machinePrice } from "./targets/machines.ts";
export { PRODUCTS } from "./targets/planners.ts";
export type {
  AppEngineTarget,
  CloudRunTarget,
  LambdaTarget,
  MachineTarget,
  Product,
  SageMakerServerlessTarget,
  Target,
} from "./targets/target.ts";
export { type CaseComponent, type CostCase, parseCaseFile } from "./verify/case-file.ts";
export { type CaseResult, type PriceChoice, verifyCase } from "./verify/verify-case.ts";
export type { ColdStart, Workload } from "./workload/workload.ts";
