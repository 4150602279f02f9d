import { cfnLint } from "./cfn-lint/cfn-lint.ts";
import type { Counterpart } from "./counterpart.ts";
import { deployAws } from "./deploy-aws/deploy-aws.ts";
import { deployGoogle } from "./deploy-google/deploy-google.ts";
import { kserve } from "./kserve/kserve.ts";
import { lambdaRuntime } from "./lambda-runtime/lambda-runtime.ts";
import { prometheus } from "./prometheus/prometheus.ts";
import { schemathesis } from "./schemathesis/schemathesis.ts";
import { stores } from "./stores/stores.ts";
import { tritonclient } from "./tritonclient/tritonclient.ts";

/** Every counterpart. Those of one lane run one after the other; lanes run at the same time. */
export const LANES: readonly (readonly Counterpart[])[] = [
  // Both deploy the root's service as it is, in its folder.
  [deployAws, deployGoogle],
  [tritonclient, kserve, prometheus, lambdaRuntime],
  [schemathesis, stores, cfnLint],
];
