import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { type FunctionEntry, type ServicePlan, writeFunctionEntry } from "@virga/deploy";
import { workersOf } from "./instance-size.ts";

const PACKAGE_FOLDER = dirname(fileURLToPath(new URL("../../package.json", import.meta.url)));

/** Writes the entry of a function of Google Cloud: with workers where an instance may get more than one request at once. */
export function toFunctionEntry(plan: ServicePlan): FunctionEntry {
  const workers = workersOf(plan);
  return writeFunctionEntry(plan, {
    moduleName: "@virga/google/function",
    create: workers > 0 ? "createConcurrentHandlers" : "createFunctionHandlers",
    handlers: ["predict", "score"],
    packageFolder: PACKAGE_FOLDER,
    ...(workers > 0 && { workers }),
  });
}
