import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { GoogleCloud } from "./google-cloud.ts";

/** Services that gcloud asks while it deploys a function. */
const SERVICES = [
  "CLOUDFUNCTIONS",
  "RUN",
  "SERVICEUSAGE",
  "CLOUDRESOURCEMANAGER",
  "CLOUDBUILD",
  "ARTIFACTREGISTRY",
  "EVENTARC",
  "IAM",
  "COMPUTE",
  "LOGGING",
];

/** Whether Google's own tool is installed. */
export function hasGcloud(): boolean {
  try {
    execFileSync("gcloud", ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/** What sends gcloud to the stand-in, with settings of its own. */
export function gcloudEnvironment({ functions, storage, folder }: GoogleCloud, token: string): Record<string, string> {
  const tokenFile = join(folder, "token");
  writeFileSync(tokenFile, token);
  const overrides = SERVICES.map((name) => [`CLOUDSDK_API_ENDPOINT_OVERRIDES_${name}`, functions.url.href]);
  return {
    ...Object.fromEntries(overrides),
    CLOUDSDK_API_ENDPOINT_OVERRIDES_STORAGE: storage.url.href,
    CLOUDSDK_AUTH_ACCESS_TOKEN_FILE: tokenFile,
    CLOUDSDK_CONFIG: join(folder, "gcloud"),
    CLOUDSDK_CORE_DISABLE_PROMPTS: "1",
    CLOUDSDK_CORE_DISABLE_USAGE_REPORTING: "1",
    CLOUDSDK_COMPONENT_MANAGER_DISABLE_UPDATE_CHECK: "1",
  };
}
