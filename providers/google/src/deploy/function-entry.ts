import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { type FunctionEntry, type ServicePlan, writeFunctionEntry } from "@virga/deploy";

const PACKAGE_FOLDER = dirname(fileURLToPath(new URL("../../package.json", import.meta.url)));

/** Writes the entry of a function of Google Cloud. */
export function toFunctionEntry(plan: ServicePlan): FunctionEntry {
  return writeFunctionEntry(plan, {
    moduleName: "@virga/google/function",
    create: "createFunctionHandlers",
    handlers: ["predict", "score"],
    packageFolder: PACKAGE_FOLDER,
  });
}
