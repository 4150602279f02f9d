import { inputInvalid } from "../cost-error.ts";
import { cloudRun } from "./cloud-run.ts";
import { ec2 } from "./ec2.ts";
import { efs } from "./efs.ts";
import { appEngineStandard, cloudFunctionsGen1, vertexOnline } from "./google-instances.ts";
import { lambda } from "./lambda.ts";
import { lambdaManagedInstances } from "./lambda-managed-instances.ts";
import {
  apiGateway,
  artifactRegistry,
  cloudLogging,
  cloudStorage,
  cloudwatchLogs,
  dataTransfer,
  ecr,
  network,
  s3,
} from "./metered.ts";
import { sagemakerRealtime, sagemakerServerless } from "./sagemaker.ts";
import type { Service } from "./service.ts";

const SERVICES: Readonly<Record<string, Service>> = {
  "aws.lambda": lambda,
  "aws.lambdaManagedInstances": lambdaManagedInstances,
  "aws.sagemakerRealtime": sagemakerRealtime,
  "aws.sagemakerServerless": sagemakerServerless,
  "aws.ec2": ec2,
  "aws.efs": efs,
  "aws.s3": s3,
  "aws.ecr": ecr,
  "aws.apiGateway": apiGateway,
  "aws.cloudwatchLogs": cloudwatchLogs,
  "aws.dataTransfer": dataTransfer,
  "gcp.cloudRun": cloudRun,
  "gcp.cloudFunctionsGen1": cloudFunctionsGen1,
  "gcp.vertexOnline": vertexOnline,
  "gcp.appEngineStandard": appEngineStandard,
  "gcp.cloudStorage": cloudStorage,
  "gcp.artifactRegistry": artifactRegistry,
  "gcp.cloudLogging": cloudLogging,
  "gcp.network": network,
};

/** A service by its name, such as `aws.lambda`. @throws CostError `INPUT_INVALID` with the names that there are. */
export function serviceNamed(name: string, field: string): Service {
  const service = Object.hasOwn(SERVICES, name) ? SERVICES[name] : undefined;
  if (service !== undefined) return service;
  throw inputInvalid(field, `is no service: ${JSON.stringify(name)}; there is: ${Object.keys(SERVICES).join(", ")}.`);
}
