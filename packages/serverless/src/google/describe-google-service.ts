import type { InferenceConfig } from "@virga/core/config-schema";
import type { Registry } from "@virga/core/weights";
import type { ServicePlan } from "@virga/deploy";
import { type DeployedFunction, FUNCTION_KEY } from "@virga/google/deploy";
import { modelLines } from "../registry/model-lines.ts";
import { quote } from "../shell-word.ts";

const AUTHORIZED = {
  public: "",
  private: ' -H "authorization: Bearer $(gcloud auth print-identity-token)"',
  "api-key": ' -H "x-api-key: $VIRGA_API_KEY"',
} as const;

/** The functions of a service, as far as they are deployed. */
export interface DeployedFunctions {
  readonly predict: DeployedFunction | undefined;
  readonly score: DeployedFunction | undefined;
}

/** What people are told of a deployed service: where it answers, how it is called, and which models it serves. */
export async function describeGoogleService(
  plan: ServicePlan,
  { models }: InferenceConfig,
  { predict: deployed, score }: DeployedFunctions,
  registry: Registry,
): Promise<string[]> {
  if (deployed === undefined) return ["inference:", "  not deployed"];
  const { example } = Object.values(models).find((model) => model.example !== undefined) ?? {};
  const data = example === undefined ? undefined : quote(JSON.stringify(example));
  const request = data === undefined ? "openapi.json" : `predict -H 'content-type: application/json' -d ${data}`;
  return [
    "inference:",
    `  url: ${deployed.url}`,
    `  call: curl${AUTHORIZED[plan.access]} ${deployed.url}/${request}`,
    `  invoke: serverless invoke -f ${FUNCTION_KEY} --provider google --data ${data ?? "'{…}'"}`,
    ...(score?.trigger === undefined ? [] : [`  score: ${describeScore(plan, score.trigger.bucket)}`]),
    `  store: ${registry.store.uri}`,
    "  models:",
    ...(await modelLines(plan, registry)).map((line) => `    ${line}`),
  ];
}

function describeScore({ google }: ServicePlan, bucket: string): string {
  return `objects that arrive in ${google.score ?? `gs://${bucket}`}, each with NAME.predictions.json beside it`;
}
