export { createLambdaHandlers, type LambdaHandlers } from "./create-lambda-handlers.ts";
export type { LambdaContext, LambdaHandler } from "./lambda-context.ts";
export { createLambdaHandler } from "./lambda-handler.ts";
export { createMetricsReport, type MetricsReportOptions } from "./report-metrics.ts";
export type { LambdaService } from "./respond.ts";
export { createStreamingHandler, type LambdaStream, type StreamingPlatform } from "./streaming-handler.ts";
