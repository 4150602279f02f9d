// What a deployment to AWS needs on the deployer's machine; nothing of it runs in the cloud.
export { describeApiKey } from "./api-key.ts";
export type { AwsFacts } from "./aws-facts.ts";
export type {
  IamStatement,
  TemplateOutput,
  TemplateResource,
  TemplateResources,
  TemplateValue,
} from "./cloud-formation.ts";
export { FUNCTION_KEY, type LambdaDeployment, toLambdaDeployment } from "./lambda-deployment.ts";
export { type FunctionEntry, toLambdaEntry } from "./lambda-entry.ts";
export type { LambdaFunction } from "./lambda-function.ts";
export { DEPLOYED_ALIAS, REGISTRY_PREFIX } from "./registry-place.ts";
