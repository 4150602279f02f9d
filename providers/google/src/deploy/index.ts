// What a deployment to Google Cloud needs on the deployer's machine; nothing of it runs in the cloud.
export { checkGooglePlan } from "./check/check-google-plan.ts";
export { type DeployerCredentials, openCredentials } from "./credentials.ts";
export { type DeployedFunction, deployFunction, findFunction, removeFunction } from "./function-deployment.ts";
export { toFunctionEntry } from "./function-entry.ts";
export { type LogQuery, readLogs } from "./function-logs.ts";
export {
  FUNCTION_KEY,
  type FunctionKey,
  functionName,
  registryBucket,
  registryUri,
  SCORE_KEY,
} from "./function-names.ts";
export {
  type FunctionResource,
  type ScoreTrigger,
  type StorageSource,
  toFunctionResource,
  toScoreResource,
} from "./function-resource.ts";
export { FUNCTION_ARTEFACT_LIMITS, toFunctionSource } from "./function-source.ts";
export { gcloudCommand, gcloudScoreCommands } from "./gcloud-command.ts";
export {
  GOOGLE_ENDPOINTS,
  GoogleApi,
  type GoogleApiOptions,
  type GoogleCall,
  type GoogleEndpoints,
} from "./google-api.ts";
export { type GoogleFacts, toModelFacts } from "./google-facts.ts";
export { applyAccess } from "./invoker-policy.ts";
export { deployScore, removeScore } from "./score-deployment.ts";
export { type FoundTrigger, findScoreTrigger } from "./score-trigger.ts";
export { ensureBucket, grantReading, hasOwnBucket, removeBucket } from "./service-bucket.ts";
