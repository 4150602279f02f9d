import { isRecord } from "./api-description.ts";
import { checkTrigger } from "./event-triggers.ts";
import { GoogleApiError } from "./google-error.ts";

/** Runtimes that take new functions. Source: Cloud Run functions, "Runtime support", November 2026. */
export const RUNTIMES: readonly string[] = ["nodejs22", "nodejs24", "python312", "python313", "go125"];

const ID = /^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/;
const MEMORY = /^(\d+)(M|Mi|G|Gi)$/;
const UNIT_MB: Readonly<Record<string, number>> = { M: 1, Mi: 1.048_576, G: 1_000, Gi: 1_073.741_824 };
const RESERVED = /^(FUNCTION_TARGET|FUNCTION_SIGNATURE_TYPE|K_SERVICE|K_REVISION|K_CONFIGURATION|PORT)$/;
const MOST_SECONDS = 3_600;
const MOST_MB = 34_360;
const WHOLE_CPU_MB = 2_048;

/** What the service itself asks of a function beyond its types. @throws GoogleApiError `INVALID_ARGUMENT`. */
export function checkFunction(id: string, name: string, resource: Readonly<Record<string, unknown>>): void {
  if (!ID.test(id)) throw invalid(`Invalid function id ${id}: it must match ${ID.source}.`);
  if (resource["name"] !== undefined && resource["name"] !== name) throw invalid(`Function name is not ${name}.`);
  const build = isRecord(resource["buildConfig"]) ? resource["buildConfig"] : {};
  if (!RUNTIMES.includes(String(build["runtime"]))) {
    throw invalid(`Invalid value for build_config.runtime: ${String(build["runtime"])} is not a supported runtime.`);
  }
  if (typeof build["entryPoint"] !== "string") throw invalid("Missing build_config.entry_point.");
  checkService(isRecord(resource["serviceConfig"]) ? resource["serviceConfig"] : {});
  checkTrigger(resource);
}

function checkService(config: Readonly<Record<string, unknown>>): void {
  const memoryMb = readMemory(config["availableMemory"]);
  const cpu = config["availableCpu"] === undefined ? undefined : Number(config["availableCpu"]);
  const timeout = Number(config["timeoutSeconds"] ?? 60);
  if (timeout < 1 || timeout > MOST_SECONDS) throw invalid(`timeout_seconds must be between 1 and ${MOST_SECONDS}.`);
  const isWhole = cpu === undefined ? memoryMb >= WHOLE_CPU_MB : cpu >= 1;
  if (Number(config["maxInstanceRequestConcurrency"] ?? 1) > 1 && !isWhole) {
    throw invalid(
      "spec.template.spec.containers[0].resources.limits.cpu: Invalid value specified for cpu. Total cpu < 1 is not supported with concurrency > 1.",
    );
  }
  const variables = isRecord(config["environmentVariables"]) ? Object.keys(config["environmentVariables"]) : [];
  const reserved = variables.find((variable) => RESERVED.test(variable));
  if (reserved !== undefined) throw invalid(`The environment variable ${reserved} is reserved.`);
}

function readMemory(given: unknown): number {
  if (given === undefined) return 256;
  const [, amount = "", unit = ""] = MEMORY.exec(String(given)) ?? [];
  const memoryMb = Number(amount) * (UNIT_MB[unit] ?? 0);
  if (memoryMb >= 128 && memoryMb <= MOST_MB) return memoryMb;
  throw invalid(`Invalid value for available_memory: ${String(given)}.`);
}

function invalid(message: string): GoogleApiError {
  return new GoogleApiError("INVALID_ARGUMENT", message);
}
