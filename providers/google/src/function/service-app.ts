import type { ModelConfig, Predictor } from "@virga/core";
import { type App, createApp, createOnnxEngine, type DeployedService, InferenceError, type Log } from "@virga/core";
import { createFileStore, createHttpsStore, type ModelStore, Registry, WeightCache } from "@virga/core/weights";
import { createGcsReader } from "../store/gcs-reader.ts";
import { parseGcsUri } from "../store/gcs-uri.ts";
import type { FunctionEnvironment } from "./function-environment.ts";
import { createMetadataToken } from "./metadata-token.ts";

/** Looked at this often on a platform that keeps its instances' processors running, in milliseconds. */
const REFRESH_MS = 10_000;

/** Access tokens for Cloud Storage; none for a stand-in. */
export type StorageToken = () => Promise<string | undefined>;

/** Tokens of the instance's own service account. */
export function createStorageToken({ storageEndpoint, metadataHost }: FunctionEnvironment): StorageToken {
  return storageEndpoint === undefined ? createMetadataToken(metadataHost) : async () => undefined;
}

/** The service that a bundle carries, as an app on this instance. */
export function createServiceApp(
  service: DeployedService,
  predictor: Predictor | undefined,
  environment: FunctionEnvironment,
  token: StorageToken,
  log: Log,
): App {
  const cache = new WeightCache({ directory: environment.cacheFolder });
  const models = Object.entries(service.models).map(([name, model]): [string, ModelConfig] => {
    const registry = new Registry(openStore(model.store ?? environment.store, environment, token));
    const { registryName, reference, labels } = model;
    const source = { kind: "registry", registry, name: registryName, reference, cache, refreshMs: REFRESH_MS } as const;
    return [name, { source, ...(labels && { labels }) }];
  });
  return createApp({
    name: service.name,
    models: Object.fromEntries(models),
    engine: createOnnxEngine({ threads: environment.threads }),
    log,
    ...(predictor && { predictor }),
    ...(environment.apiKeySha256 && { apiKeySha256: environment.apiKeySha256 }),
    ...(service.timeoutMs && { limits: { timeoutMs: service.timeoutMs } }),
  });
}

function openStore(uri: string | undefined, { storageEndpoint }: FunctionEnvironment, token: StorageToken): ModelStore {
  if (uri !== undefined && /^gs:/i.test(uri)) {
    return createGcsReader({ ...parseGcsUri(uri), token, ...(storageEndpoint && { endpoint: storageEndpoint }) });
  }
  if (uri?.startsWith("https://")) return createHttpsStore(new URL(uri));
  if (uri?.startsWith("/")) return createFileStore(uri);
  throw new InferenceError(
    "CONFIG_INVALID",
    `The function's registry ${JSON.stringify(uri ?? "")} is none that it can read: VIRGA_STORE has to be gs://bucket/prefix, https://… or the folder of a mounted volume.`,
  );
}
