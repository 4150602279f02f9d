import { relative } from "node:path";
import {
  type AwsFacts,
  checkAwsPlan,
  FUNCTION_KEY,
  LAMBDA_ARTEFACT_LIMITS,
  toLambdaDeployment,
  toLambdaEntry,
} from "@virga/aws/deploy";
import {
  type BundledFunction,
  bundleFunction,
  checkArtefactSize,
  checkPlanFiles,
  describeApiKey,
  readRuntimeGlibc,
  registryPrefix,
  type ServicePlan,
  studyModels,
} from "@virga/deploy";
import type { Terminal } from "../print/terminal.ts";

/** A function for AWS Lambda, and what was learned on the way. */
export interface BuiltForAws {
  readonly bundled: BundledFunction;
  readonly facts: AwsFacts;
}

/**
 * Holds a plan against the rules of AWS and bundles its function.
 *
 * @throws InferenceError `CONFIG_INVALID`, `WEIGHTS_MISSING` and what preparing a model throws.
 */
export async function buildForAws(plan: ServicePlan, outputFolder: string, terminal: Terminal): Promise<BuiltForAws> {
  checkPlanFiles(plan);
  const facts = await readFacts(plan, terminal);
  for (const warning of checkAwsPlan(plan, facts)) terminal.complain(`warning: ${warning}`);
  const bundled = await bundleFunction({
    entry: toLambdaEntry(plan),
    architecture: architectureOf(plan),
    outputFolder,
  });
  checkArtefactSize(bundled, undefined, LAMBDA_ARTEFACT_LIMITS);
  return { bundled, facts };
}

function architectureOf({ aws }: ServicePlan): "x64" | "arm64" {
  return aws.architecture ?? "x64";
}

async function readFacts(plan: ServicePlan, { environment, complain }: Terminal): Promise<AwsFacts> {
  const models = Object.entries(await studyModels(plan, complain));
  return {
    modelSizeBytes: Object.fromEntries(models.map(([name, { sizeBytes }]) => [name, sizeBytes])),
    signatures: Object.fromEntries(models.map(([name, { signature }]) => [name, signature])),
    modelMemory: Object.fromEntries(models.flatMap(([name, { memory }]) => (memory ? [[name, memory]] : []))),
    neededGlibc: await readRuntimeGlibc(architectureOf(plan)),
    // Not in the artefact: whoever deploys it sets the key.
    ...(plan.access === "api-key" && describeApiKey(environment["VIRGA_API_KEY"] ?? KEY_TO_COME)),
  };
}

const KEY_TO_COME = "?".repeat(64);

/** What is left to do by hand, for those who do not deploy with the Serverless Framework. */
export function describeNextSteps(plan: ServicePlan, { facts }: BuiltForAws, folder: string): string {
  const { functions } = toLambdaDeployment(plan, facts);
  const definition = functions[FUNCTION_KEY];
  const store = `s3://${plan.aws.bucket ?? "BUCKET"}/${registryPrefix(plan, plan.aws.bucket)}`;
  const pushes = plan.models.flatMap(({ name, origin }) =>
    origin.kind === "file"
      ? [
          `  virga push ${name} ${relative(folder, origin.path)} --store ${store}`,
          `  virga promote ${name} 1 --store ${store}`,
        ]
      : [],
  );
  return [
    "`serverless deploy` does all of this and publishes the models. By hand:",
    ...pushes,
    `  a function on ${definition?.runtime}, ${definition?.architecture}, handler ${definition?.handler},`,
    `  ${definition?.memorySize} MB of memory, ${definition?.timeout} s, VIRGA_STORE=${store}${plan.access === "api-key" ? ", VIRGA_API_KEY_SHA256" : ""}`,
  ].join("\n");
}
