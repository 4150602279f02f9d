import { GOOGLE_ENDPOINTS, type GoogleEndpoints } from "@virga/google/deploy";

/** The variables of the deployer's environment, as far as they are read. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Where Google's services are; the variables are those by which gcloud is led elsewhere. */
export function readEndpoints(environment: Environment): GoogleEndpoints {
  const at = (service: string, standard: URL): URL => {
    const url = environment[`CLOUDSDK_API_ENDPOINT_OVERRIDES_${service}`];
    return url ? new URL(url) : standard;
  };
  const storage = readStorageEndpoint(environment) ?? GOOGLE_ENDPOINTS.storage;
  return {
    functions: at("CLOUDFUNCTIONS", GOOGLE_ENDPOINTS.functions),
    run: at("RUN", GOOGLE_ENDPOINTS.run),
    logging: at("LOGGING", GOOGLE_ENDPOINTS.logging),
    resourceManager: at("CLOUDRESOURCEMANAGER", GOOGLE_ENDPOINTS.resourceManager),
    storage,
  };
}

/** Of a stand-in for Cloud Storage, if there is one. */
export function readStorageEndpoint({ STORAGE_EMULATOR_HOST: endpoint }: Environment): URL | undefined {
  return endpoint ? new URL(endpoint) : undefined;
}

/** The project that the environment names. */
export function readProject(environment: Environment): string | undefined {
  return environment["GOOGLE_CLOUD_PROJECT"] || environment["CLOUDSDK_CORE_PROJECT"] || undefined;
}
