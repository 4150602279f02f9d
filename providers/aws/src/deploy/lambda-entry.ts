import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { type FunctionEntry, type ServicePlan, writeFunctionEntry } from "@virga/deploy";

const PACKAGE_FOLDER = dirname(fileURLToPath(new URL("../../package.json", import.meta.url)));

/** Writes the entry of a Lambda function. */
export function toLambdaEntry(plan: ServicePlan): FunctionEntry {
  return writeFunctionEntry(plan, {
    moduleName: "@virga/aws/lambda",
    create: "createLambdaHandlers",
    handlers: ["handler", "streamingHandler"],
    packageFolder: PACKAGE_FOLDER,
  });
}
