import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import type { DeployedModel, DeployedService } from "@virga/core";
import { DEPLOYED_ALIAS, type PlannedModel, type ServicePlan } from "@virga/deploy";

/** Source of a function's entry, and the folder from which its imports of ours are found. */
export interface FunctionEntry {
  readonly contents: string;
  /** Absolute. */
  readonly resolveFolder: string;
}

/** The folder of this package, which finds its own `@virga/google/function`; a user's project may not have it. */
const PACKAGE_FOLDER = dirname(fileURLToPath(new URL("../../package.json", import.meta.url)));

/** Writes the module that is the function: the service as a literal, the user's predictor as an import. */
export function toFunctionEntry(plan: ServicePlan): FunctionEntry {
  const service = JSON.stringify(toDeployedService(plan), undefined, 2);
  const { predictorPath } = plan;
  const [importPredictor, argument] =
    predictorPath === undefined
      ? ["", ""]
      : [`import predictor from ${JSON.stringify(predictorPath)};\n`, ", predictor"];
  const contents =
    'import { createFunctionHandlers } from "@virga/google/function";\n' +
    `${importPredictor}\n` +
    `export const { predict, score } = await createFunctionHandlers(${service}${argument});\n`;
  return { contents, resolveFolder: PACKAGE_FOLDER };
}

function toDeployedService({ service, models, timeoutSeconds }: ServicePlan): DeployedService {
  return {
    name: service,
    models: Object.fromEntries(models.map((model) => [model.name, toDeployedModel(model)])),
    timeoutMs: Math.round(timeoutSeconds * 1_000),
  };
}

function toDeployedModel({ name, origin, labels }: PlannedModel): DeployedModel {
  if (origin.kind === "file") return { registryName: name, reference: DEPLOYED_ALIAS, ...(labels && { labels }) };
  const { store, registryName, reference } = origin;
  return { ...(store !== undefined && { store }), registryName, reference, ...(labels && { labels }) };
}
