import type { ServicePlan } from "@virga/deploy";
import { functionAlarms, type Watched } from "./alarms.ts";
import type { AwsFacts } from "./aws-facts.ts";
import {
  getAttribute,
  type IamStatement,
  substitute,
  type TemplateOutput,
  type TemplateResources,
  type TemplateValue,
} from "./cloud-formation.ts";
import { efsMount, mountStatement } from "./efs/efs-mount.ts";
import { FUNCTION_KEY, functionSeconds, type LambdaFunction, toLambdaFunction } from "./lambda-function.ts";
import { readStatements } from "./read-statements.ts";
import { ownBucket, ownStoreUri, plain } from "./registry-place.ts";

/** A service on Lambda as the Serverless Framework takes it: plain JSON throughout. */
export interface LambdaDeployment {
  /** For `functions`. */
  readonly functions: Readonly<Record<string, LambdaFunction>>;
  /** For `provider.iam.role.statements`. */
  readonly iamStatements: readonly IamStatement[];
  /** For `resources`. */
  readonly resources: {
    readonly Resources: TemplateResources;
    readonly Outputs: Readonly<Record<string, TemplateOutput>>;
  };
}

/** Logical names that the Serverless Framework gives the function, its URL and its HTTP API. */
const FUNCTION = "PredictLambdaFunction";
const FUNCTION_URL = "PredictLambdaFunctionUrl";
const HTTP_API = "HttpApi";

/** Turns a service into its function, what that may read, and what else it needs of AWS. */
export function toLambdaDeployment(plan: ServicePlan, facts: AwsFacts): LambdaDeployment {
  const reading = readStatements(plan, facts);
  const mount = efsMount(plan, reading);
  return {
    functions: { [FUNCTION_KEY]: toLambdaFunction(plan, facts, mount) },
    iamStatements: mount === undefined ? reading : [...reading, mountStatement(mount)],
    resources: {
      Resources: {
        ...mount?.resources,
        ...(plan.aws.alarms === true && functionAlarms(watchedOf(plan))),
      },
      Outputs: outputs(plan, facts),
    },
  };
}

function watchedOf(plan: ServicePlan): Watched {
  const timeoutSeconds = functionSeconds(plan);
  return { functionResource: FUNCTION, timeoutSeconds, ...(plan.aws.front === "http-api" && { httpApi: HTTP_API }) };
}

function outputs(plan: ServicePlan, facts: AwsFacts): Readonly<Record<string, TemplateOutput>> {
  return {
    VirgaUrl: { Description: "Where the service answers", Value: urlOf(plan) },
    VirgaStore: { Description: "Where its models are published", Value: ownStoreUri(plan, facts) },
    VirgaBucket: { Description: "The bucket of its models", Value: plain(ownBucket(plan, facts)) },
  };
}

function urlOf({ aws }: ServicePlan): TemplateValue {
  return aws.front === "http-api"
    ? substitute(`https://\${${HTTP_API}}.execute-api.\${AWS::Region}.\${AWS::URLSuffix}/`)
    : getAttribute(FUNCTION_URL, "FunctionUrl");
}
