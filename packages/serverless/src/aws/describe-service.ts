import { FUNCTION_KEY } from "@virga/aws/deploy";
import type { InferenceConfig } from "@virga/core/config-schema";
import type { Registry } from "@virga/core/weights";
import type { ServicePlan } from "@virga/deploy";
import { modelLines } from "../registry/model-lines.ts";
import type { AwsProvider } from "../serverless.ts";
import { quote } from "../shell-word.ts";
import { readStack } from "./read-stack.ts";

/** What people are told of a deployed service: where it answers, how it is called, and which models it serves. */
export async function describeService(
  plan: ServicePlan,
  config: InferenceConfig,
  provider: AwsProvider,
  registry: Registry,
): Promise<string[]> {
  const url = (await readStack(provider))?.outputs["VirgaUrl"];
  return [
    "inference:",
    ...(url === undefined ? [] : [`  url: ${url}`]),
    ...callLines(plan, config, provider, url).map((line) => `  ${line}`),
    `  store: ${registry.store.uri}`,
    "  models:",
    ...(await modelLines(plan, registry)).map((line) => `    ${line}`),
  ];
}

function callLines(
  { access, aws }: ServicePlan,
  { models }: InferenceConfig,
  provider: AwsProvider,
  url: string | undefined,
): string[] {
  const { example } = Object.values(models).find((model) => model.example !== undefined) ?? {};
  const data = example === undefined ? undefined : quote(JSON.stringify(example));
  const service = aws.front === "http-api" ? "execute-api" : "lambda";
  const signed = `--aws-sigv4 aws:amz:${provider.getRegion()}:${service} --user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" -H "x-amz-security-token: $AWS_SESSION_TOKEN"`;
  const authorized = { public: "", private: ` ${signed}`, "api-key": ' -H "x-api-key: $VIRGA_API_KEY"' };
  const request = data === undefined ? "openapi.json" : `predict -H 'content-type: application/json' -d ${data}`;
  return [
    ...(url === undefined ? [] : [`call: curl${authorized[access]} ${url}${request}`]),
    `invoke: serverless invoke -f ${FUNCTION_KEY} --data ${data ?? "'{…}'"}`,
  ];
}
