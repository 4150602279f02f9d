import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type GoogleFunctions, startGoogleFunctions } from "../../src/google-functions/index.ts";
import { type CloudStorage, withCloudStorage } from "./cloud-storage.ts";

const PROJECT = "virga-counterpart";

/** What stands in for Google Cloud, and how commands are told of it. */
export interface GoogleCloud {
  readonly functions: GoogleFunctions;
  readonly storage: CloudStorage;
  /** Of a deployer with credentials from a metadata server. */
  readonly environment: Readonly<Record<string, string>>;
  /** Empty, for what is written on the way. */
  readonly folder: string;
  /** A token of somebody who may call a private function. */
  identityToken(audience: string): Promise<string>;
}

/** Starts it, works with it, and leaves nothing. */
export async function withGoogleCloud(work: (cloud: GoogleCloud) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "virga-google-"));
  try {
    await withCloudStorage(folder, (storage) => withFunctions(folder, storage, work));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function withFunctions(
  folder: string,
  storage: CloudStorage,
  work: (cloud: GoogleCloud) => Promise<void>,
): Promise<void> {
  const instanceEnvironment = { STORAGE_EMULATOR_HOST: storage.url.href, VIRGA_CACHE: join(folder, "cache") };
  const functions = await startGoogleFunctions({ project: PROJECT, instanceEnvironment, storage: storage.url });
  try {
    await work({
      functions,
      storage,
      folder,
      environment: toEnvironment(functions.url, storage.url, folder),
      async identityToken(audience) {
        const path = "computeMetadata/v1/instance/service-accounts/default/identity";
        return (await fetch(new URL(`${path}?audience=${encodeURIComponent(audience)}`, functions.url))).text();
      },
    });
  } finally {
    await functions.close();
  }
}

function toEnvironment(functions: URL, storage: URL, folder: string): Record<string, string> {
  return {
    HOME: folder,
    GOOGLE_CLOUD_PROJECT: PROJECT,
    GCE_METADATA_HOST: functions.host,
    STORAGE_EMULATOR_HOST: storage.href,
    ...Object.fromEntries(
      ["CLOUDFUNCTIONS", "RUN", "LOGGING", "CLOUDRESOURCEMANAGER"].map((name) => [
        `CLOUDSDK_API_ENDPOINT_OVERRIDES_${name}`,
        functions.href,
      ]),
    ),
  };
}
