import { isRecord } from "./api-description.ts";

/**
 * What an instance of a function is told. Source: Cloud Run functions, "Configure environment variables".
 *
 * @param added to every instance's.
 */
export function toEnvironment(
  id: string,
  revision: string,
  { serviceConfig, buildConfig, eventTrigger }: Readonly<Record<string, unknown>>,
  added: Readonly<Record<string, string>>,
): Record<string, string> {
  const { environmentVariables } = isRecord(serviceConfig) ? serviceConfig : {};
  const { entryPoint } = isRecord(buildConfig) ? buildConfig : {};
  const own = isRecord(environmentVariables) ? environmentVariables : {};
  return {
    ...added,
    ...Object.fromEntries(Object.entries(own).map(([variable, value]) => [variable, String(value)])),
    K_SERVICE: id,
    K_REVISION: revision,
    FUNCTION_TARGET: String(entryPoint),
    FUNCTION_SIGNATURE_TYPE: eventTrigger === undefined ? "http" : "cloudevent",
  };
}
