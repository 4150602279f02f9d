import { type App, createApp, type DeployedService, InferenceError, type ServiceOptions } from "@virga/core";
import { createFileStore, createHttpsStore, deployedModels, type ModelStore } from "@virga/core/weights";
import { createGcsReader } from "../store/gcs-reader.ts";
import { parseGcsUri } from "../store/gcs-uri.ts";
import type { FunctionEnvironment } from "./function-environment.ts";
import { createMetadataToken } from "./metadata-token.ts";

/** Access tokens for Cloud Storage; none for a stand-in. */
export type StorageToken = () => Promise<string | undefined>;

/** Tokens of the instance's own service account. */
export function createStorageToken({ storageEndpoint, metadataHost }: FunctionEnvironment): StorageToken {
  return storageEndpoint === undefined ? createMetadataToken(metadataHost) : async () => undefined;
}

/** The service that a bundle carries, and what it is run with. */
export interface CarriedService extends Pick<ServiceOptions, "predictor" | "engine" | "log"> {
  readonly service: DeployedService;
}

/** A service as an app on this instance. */
export function createServiceApp(
  { service, ...options }: CarriedService,
  environment: FunctionEnvironment,
  token: StorageToken,
): App {
  return createApp({
    ...options,
    name: service.name,
    models: deployedModels(service, {
      cacheFolder: environment.cacheFolder,
      ownStoreUri: environment.store,
      openStore: (uri) => openStore(uri, environment, token),
    }),
    ...(environment.apiKeySha256 && { apiKeySha256: environment.apiKeySha256 }),
    ...(service.timeoutMs && { limits: { timeoutMs: service.timeoutMs } }),
  });
}

function openStore(uri: string, { storageEndpoint }: FunctionEnvironment, token: StorageToken): ModelStore {
  if (/^gs:/i.test(uri)) {
    return createGcsReader({ ...parseGcsUri(uri), token, ...(storageEndpoint && { endpoint: storageEndpoint }) });
  }
  if (uri.startsWith("https://")) return createHttpsStore(new URL(uri));
  if (uri.startsWith("/")) return createFileStore(uri);
  throw new InferenceError(
    "CONFIG_INVALID",
    `The function's registry ${JSON.stringify(uri)} is none that it can read: VIRGA_STORE has to be gs://bucket/prefix, https://… or the folder of a mounted volume.`,
  );
}
