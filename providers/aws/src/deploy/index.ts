// What a deployment to AWS needs on the deployer's machine; nothing of it runs in the cloud.
export { LAMBDA_ARTEFACT_LIMITS } from "./artefact-limits.ts";
export type { AwsFacts } from "./aws-facts.ts";
export { checkAwsPlan } from "./check/check-aws-plan.ts";
export type {
  IamStatement,
  TemplateOutput,
  TemplateResource,
  TemplateResources,
  TemplateValue,
} from "./cloud-formation.ts";
export { type LambdaDeployment, toLambdaDeployment } from "./lambda-deployment.ts";
export { toLambdaEntry } from "./lambda-entry.ts";
export { FUNCTION_KEY, type LambdaFunction } from "./lambda-function.ts";
