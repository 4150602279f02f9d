import { planAppEngine } from "./app-engine.ts";
import { planCloudRun } from "./cloud-run.ts";
import { planLambda } from "./lambda.ts";
import { planEc2, planSageMaker, planSageMakerAsync, planVertex } from "./machine-targets.ts";
import type { Planner } from "./plan.ts";
import { planSageMakerServerless } from "./sagemaker-serverless.ts";
import type { Product } from "./target.ts";

/** How each product is planned. */
export const PLANNERS: Readonly<Record<Product, Planner>> = {
  lambda: planLambda,
  "sagemaker-serverless": planSageMakerServerless,
  sagemaker: planSageMaker,
  "sagemaker-async": planSageMakerAsync,
  ec2: planEc2,
  functions: planCloudRun("Cloud Run functions"),
  run: planCloudRun("Cloud Run"),
  vertex: planVertex,
  appengine: planAppEngine,
};

/** Products by the name that a target has. */
export const PRODUCTS: readonly Product[] = [
  "lambda",
  "sagemaker-serverless",
  "sagemaker",
  "sagemaker-async",
  "ec2",
  "functions",
  "run",
  "vertex",
  "appengine",
];
