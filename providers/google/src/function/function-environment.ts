/** What a function knows of where it runs. */
export interface FunctionEnvironment {
  /** URI of the service's own registry; `VIRGA_STORE`. */
  readonly store: string | undefined;
  /** Where fetched weights are kept; on this platform the disk is memory. */
  readonly cacheFolder: string;
  readonly apiKeySha256: string | undefined;
  /** Of a stand-in for Cloud Storage, which is called without credentials. */
  readonly storageEndpoint: URL | undefined;
  readonly metadataHost: string;
  /** Project under which traces are found. */
  readonly project: string | undefined;
  readonly timeoutMs: number | undefined;
  /** What the framework hands to the function: `http`, or `cloudevent`. */
  readonly signature: string;
  /** Where objects are scored, such as `gs://inbox/rows`; wherever one arrives where absent. */
  readonly scored: string | undefined;
}

/** Reads the environment of the process; nothing else here does. */
export function readFunctionEnvironment(): FunctionEnvironment {
  const { env } = process;
  const endpoint = env["STORAGE_EMULATOR_HOST"];
  const timeoutSeconds = Number(env["CLOUD_RUN_TIMEOUT_SECONDS"] ?? 0);
  return {
    store: env["VIRGA_STORE"],
    cacheFolder: env["VIRGA_CACHE"] ?? "/tmp/virga",
    apiKeySha256: env["VIRGA_API_KEY_SHA256"],
    storageEndpoint: endpoint === undefined ? undefined : new URL(endpoint),
    metadataHost: env["GCE_METADATA_HOST"] ?? "metadata.google.internal",
    project: env["GOOGLE_CLOUD_PROJECT"],
    timeoutMs: timeoutSeconds > 0 ? timeoutSeconds * 1_000 : undefined,
    signature: env["FUNCTION_SIGNATURE_TYPE"] ?? "http",
    scored: env["VIRGA_SCORE"],
  };
}
