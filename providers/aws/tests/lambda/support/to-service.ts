import type { LambdaService } from "@virga/aws/lambda";
import type { InferenceApp, Log } from "@virga/core";

/** An app as handlers take it, without chores. */
export function toService(app: InferenceApp, log: Log = () => undefined): LambdaService {
  return { app, log, underWay: new Set() };
}
