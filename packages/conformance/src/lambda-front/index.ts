import { loadBalancer } from "./load-balancer.ts";
import { functionUrl, httpApi } from "./payload-two.ts";
import { restApi } from "./rest-api.ts";
import type { SimulatedFront } from "./simulated-front.ts";

export { type BucketServer, startBucketServer } from "./bucket-server.ts";
export type { Invoke, Invoked } from "./invoked.ts";
export { createLocalInvoke } from "./local-invoke.ts";
export { createLocalStreamingInvoke, LOCAL_PLATFORM } from "./local-streaming.ts";
export { multiplesModel } from "./multiples-model.ts";
export { functionUrl } from "./payload-two.ts";
export { publishModel } from "./publish-model.ts";
export { type SimulatedFront, sendThrough } from "./simulated-front.ts";
export { streamingUrl } from "./streaming-url.ts";

/** Every front that answers whole. */
export const BUFFERED_FRONTS: readonly SimulatedFront[] = [
  functionUrl,
  httpApi,
  restApi,
  loadBalancer(true),
  loadBalancer(false),
];
