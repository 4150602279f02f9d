import { relative } from "node:path";
import {
  type BundledFunction,
  bundleFunction,
  checkArtefactSize,
  checkPlanFiles,
  describeApiKey,
  type ServicePlan,
  studyModels,
} from "@virga/deploy";
import {
  checkGooglePlan,
  FUNCTION_ARTEFACT_LIMITS,
  type GoogleFacts,
  gcloudCommand,
  gcloudScoreCommands,
  registryUri,
  toFunctionEntry,
  toFunctionSource,
  toModelFacts,
} from "@virga/google/deploy";
import type { Terminal } from "../print/terminal.ts";

/** A function for Google Cloud, and what was learned on the way. */
export interface BuiltForGoogle {
  readonly bundled: BundledFunction;
  readonly facts: GoogleFacts;
}

/** Stands where nobody has said which project it is. */
const PROJECT_TO_COME = "project-id";
/** Stands where whoever deploys sets the key. */
const DIGEST_TO_COME = "SHA256_OF_THE_KEY";

/**
 * Holds a plan against the rules of Google Cloud and writes its function as `gcloud functions deploy --source` takes it.
 *
 * @throws InferenceError `CONFIG_INVALID`, `WEIGHTS_MISSING` and what preparing a model throws.
 */
export async function buildForGoogle(
  plan: ServicePlan,
  outputFolder: string,
  terminal: Terminal,
): Promise<BuiltForGoogle> {
  checkPlanFiles(plan);
  const facts = await readFacts(plan, terminal);
  for (const warning of checkGooglePlan(plan, facts)) terminal.complain(`warning: ${warning}`);
  const bundled = await bundleFunction({ entry: toFunctionEntry(plan), architecture: "x64", outputFolder });
  const source = await toFunctionSource(bundled, plan);
  checkArtefactSize(source, undefined, FUNCTION_ARTEFACT_LIMITS);
  return { bundled: source, facts };
}

async function readFacts(plan: ServicePlan, { environment, complain }: Terminal): Promise<GoogleFacts> {
  const studied = await studyModels(plan, complain);
  const key = environment["VIRGA_API_KEY"];
  return {
    project: plan.google.project ?? (environment["GOOGLE_CLOUD_PROJECT"] || PROJECT_TO_COME),
    ...toModelFacts(studied),
    apiKeySha256: (key ? describeApiKey(key).apiKeySha256 : undefined) ?? DIGEST_TO_COME,
  };
}

/** What is left to do by hand, for those who do not deploy with the Serverless Framework. */
export function describeGoogleSteps(plan: ServicePlan, { bundled, facts }: BuiltForGoogle, folder: string): string {
  const store = registryUri(plan, facts.project);
  const pushes = plan.models.flatMap(({ name, origin }) =>
    origin.kind === "file"
      ? [
          `virga push ${name} ${relative(folder, origin.path)} --store ${store}`,
          `virga promote ${name} 1 --store ${store}`,
        ]
      : [],
  );
  const source = relative(folder, bundled.folder) || ".";
  const score = gcloudScoreCommands(plan, facts, source);
  return [
    "`serverless deploy --provider google` does all of this, makes the bucket and publishes the models. By hand:",
    ...pushes,
    gcloudCommand(plan, facts, source),
    ...(score.length === 0 ? [] : ["And the function that scores objects, from the same folder:", ...score]),
  ].join("\n");
}
