import type { ServiceProvider, ServiceRole, Statements } from "../serverless.ts";

/** Whether the functions run as a role that exists, and not as one that the framework makes from its description. */
export function bringsRole({ iam, role }: ServiceProvider): boolean {
  return role !== undefined || isExisting(iam?.role);
}

function isExisting(role: ServiceRole): boolean {
  if (typeof role !== "object") return role !== undefined;
  return Object.keys(role).some((key) => key === "Ref" || key.startsWith("Fn::"));
}

/** What the owner of such a role is told. */
export function describeStatements({ vpc }: ServiceProvider, statements: Statements): string {
  const network = vpc === undefined ? "" : " and to join the network of provider.vpc";
  return [
    `The role in the config is yours and stays as it is. Beside what it needs to write logs${network}, it must allow:`,
    JSON.stringify(statements, undefined, 2),
    "or leave the role out: the one that is made then allows this, and what provider.iam.role.statements has.",
  ].join("\n");
}
