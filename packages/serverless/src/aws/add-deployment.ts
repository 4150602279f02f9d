import type { LambdaDeployment } from "@virga/aws/deploy";
import { InferenceError } from "@virga/core";
import type { Service, ServiceProvider, Statements } from "../serverless.ts";
import { bringsRole } from "./brings-role.ts";

/**
 * Adds what a deployment needs to what the config has; nothing of the user's own is changed.
 *
 * @returns the statements that are left to the owner of a role that exists already.
 * @throws InferenceError `CONFIG_INVALID` where a name is taken.
 */
export function addDeployment(service: Service, stage: string, deployment: LambdaDeployment): Statements {
  const { functions, iamStatements, resources } = deployment;
  for (const [key, definition] of Object.entries(functions)) {
    refuseTaken(key, service.functions, "functions");
    service.functions[key] = { name: `${service.service}-${stage}-${key}`, skipEsbuild: true, ...definition };
  }
  const { Resources = {}, Outputs = {} } = service.resources ?? {};
  for (const name of Object.keys(resources.Resources)) refuseTaken(name, Resources, "resources.Resources");
  for (const name of Object.keys(resources.Outputs)) refuseTaken(name, Outputs, "resources.Outputs");
  service.resources = {
    ...service.resources,
    Resources: { ...Resources, ...resources.Resources },
    Outputs: { ...Outputs, ...resources.Outputs },
  };
  return addStatements(service.provider, iamStatements);
}

function refuseTaken(name: string, taken: object, where: string): void {
  if (!Object.hasOwn(taken, name)) return;
  const message = `${where}.${name} is the name of what serves the models: call your own something else.`;
  throw new InferenceError("CONFIG_INVALID", message);
}

/** A role that exists is left as it is: its owner decides what it may do. */
function addStatements(provider: ServiceProvider, statements: Statements): Statements {
  if (bringsRole(provider)) return statements;
  const role = provider.iam?.role;
  if (provider.iamRoleStatements !== undefined && role === undefined) {
    provider.iamRoleStatements = [...provider.iamRoleStatements, ...statements];
    return [];
  }
  const described = typeof role === "object" ? role : {};
  provider.iam = {
    ...provider.iam,
    role: { ...described, statements: [...(described.statements ?? []), ...statements] },
  };
  return [];
}
