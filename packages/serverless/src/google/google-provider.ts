import type { Serverless } from "../serverless.ts";

const TEXT = { type: "string" };
const TEXTS = { type: "object", additionalProperties: TEXT };

/** Makes `google` a provider that the framework knows; what it deploys is this plugin's business. */
export function registerGoogle(serverless: Serverless): void {
  serverless.setProvider("google", {});
  serverless.configSchemaHandler.defineProvider("google", {
    provider: { properties: { runtime: TEXT, region: TEXT, project: TEXT, stage: TEXT, environment: TEXTS } },
    function: { properties: {} },
  });
}
