import { execFileSync } from "node:child_process";
import { join } from "node:path";
import type { Counterpart } from "../counterpart.ts";
import { ROOT } from "../deploy-aws/project.ts";
import { runSteps } from "../deploy-aws/steps.ts";
import { gcloudEnvironment, hasGcloud } from "./gcloud.ts";
import { type GoogleCloud, withGoogleCloud } from "./google-cloud.ts";
import { scoredByGcloud } from "./scored-by-gcloud.ts";
import { deployedByGcloud, wholeLife } from "./whole-life.ts";

/** The Serverless Framework with our plugin, and gcloud where it is installed, against the stand-in for Google Cloud. */
export const deployGoogle: Counterpart = {
  name: "deploy-google",
  async run(report) {
    execFileSync(process.execPath, [join(ROOT, "scripts/build.mjs"), "--quiet"], { stdio: "inherit" });
    await withGoogleCloud((cloud) => runSteps("serverless", wholeLife(projectOf(cloud), cloud), report));
    if (!hasGcloud()) {
      report({ check: "gcloud: left out, it is not installed" });
      return;
    }
    await withGoogleCloud(async (cloud) => {
      const token = await accessToken(cloud);
      const environment = { ...cloud.environment, ...gcloudEnvironment(cloud, token) };
      const project = { ...projectOf(cloud), environment };
      await runSteps("gcloud", [...scoredByGcloud(project, cloud), ...deployedByGcloud(project, cloud)], report);
    });
  },
};

function projectOf({ environment, functions }: GoogleCloud): {
  folder: string;
  endpoint: string;
  environment: Readonly<Record<string, string>>;
} {
  return { folder: ROOT, endpoint: functions.url.href, environment };
}

async function accessToken({ functions }: GoogleCloud): Promise<string> {
  const path = "computeMetadata/v1/instance/service-accounts/default/token";
  const answer: unknown = await (await fetch(new URL(path, functions.url))).json();
  return typeof answer === "object" && answer !== null && "access_token" in answer ? String(answer.access_token) : "";
}
