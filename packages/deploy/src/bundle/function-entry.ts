import { type DeployedModel, type DeployedService, treatmentOf } from "@virga/core";
import { DEPLOYED_ALIAS } from "../publish/publish-models.ts";
import type { PlannedModel, ServicePlan } from "../service-plan.ts";

/** Source of a function's entry, and the folder from which its imports of ours are found. */
export interface FunctionEntry {
  readonly contents: string;
  /** Absolute. */
  readonly resolveFolder: string;
  readonly hasWorkers: boolean;
}

/** What makes a cloud's handlers, and what they are called. */
export interface HandlerSource {
  /** Module of the provider, such as `@virga/aws/lambda`. */
  readonly moduleName: string;
  /** Takes the service and the predictor. */
  readonly create: string;
  readonly handlers: readonly string[];
  /** The provider's own, which finds its module; a user's project may not have it. Absolute. */
  readonly packageFolder: string;
  /** How many runs go on at once beside the thread that answers; on that thread where absent. */
  readonly workers?: number;
}

/** Writes the module that is the function: the service as a literal, the user's predictor as an import. */
export function writeFunctionEntry(plan: ServicePlan, source: HandlerSource): FunctionEntry {
  const { workers } = source;
  const service = JSON.stringify({ ...toDeployedService(plan), workers }, undefined, 2);
  const { predictorPath } = plan;
  const [importPredictor, argument] =
    predictorPath === undefined
      ? ["", ""]
      : [`import predictor from ${JSON.stringify(predictorPath)};\n`, ", predictor"];
  const contents =
    `import { ${source.create} } from ${JSON.stringify(source.moduleName)};\n` +
    `${importPredictor}\n` +
    `export const { ${source.handlers.join(", ")} } = await ${source.create}(${service}${argument});\n`;
  return { contents, resolveFolder: source.packageFolder, hasWorkers: workers !== undefined };
}

function toDeployedService({ service, models, timeoutSeconds }: ServicePlan): DeployedService {
  return {
    name: service,
    models: Object.fromEntries(models.map((model) => [model.name, toDeployedModel(model)])),
    timeoutMs: Math.round(timeoutSeconds * 1_000),
  };
}

function toDeployedModel(model: PlannedModel): DeployedModel {
  const { name, origin } = model;
  if (origin.kind === "file") return { registryName: name, reference: DEPLOYED_ALIAS, ...treatmentOf(model) };
  const { store, registryName, reference } = origin;
  return { ...(store !== undefined && { store }), registryName, reference, ...treatmentOf(model) };
}
