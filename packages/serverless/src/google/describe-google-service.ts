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

/** What people are told of a deployed service: where it answers, how it is called, and which models it serves. */
export async function describeGoogleService(
  plan: ServicePlan,
  { models }: InferenceConfig,
  deployed: DeployedFunction | undefined,
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
    `  store: ${registry.store.uri}`,
    "  models:",
    ...(await modelLines(plan, registry)).map((line) => `    ${line}`),
  ];
}
