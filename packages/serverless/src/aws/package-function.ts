import { join } from "node:path";
import { FUNCTION_KEY, LAMBDA_ARTEFACT_LIMITS, toLambdaEntry } from "@virga/aws/deploy";
import { bundleFunction, checkArtefactSize, type ServicePlan, zipFunction } from "@virga/deploy";
import type { Service } from "../serverless.ts";

/** Where the framework looks for what it uploads, from the config's folder. */
const ARTIFACT = join(".serverless", `${FUNCTION_KEY}.zip`);
const BUILD_FOLDER = join(".virga", "build", FUNCTION_KEY);

/** Bundles and zips the function that serves the models, and tells the framework where the zip is. */
export async function packageFunction(service: Service, plan: ServicePlan): Promise<void> {
  const bundled = await bundleFunction({
    entry: toLambdaEntry(plan),
    architecture: plan.aws.architecture ?? "x64",
    outputFolder: join(plan.folder, BUILD_FOLDER),
  });
  const { sizeBytes } = await zipFunction(bundled, join(plan.folder, ARTIFACT));
  checkArtefactSize(bundled, sizeBytes, LAMBDA_ARTEFACT_LIMITS);
  const definition = service.functions[FUNCTION_KEY];
  service.functions[FUNCTION_KEY] = { ...definition, package: { individually: true, artifact: ARTIFACT } };
}
