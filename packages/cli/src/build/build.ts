import { basename, relative, resolve } from "node:path";
import {
  artefactSize,
  type BundledFunction,
  describeArtefact,
  type ServicePlan,
  toServicePlan,
  zipFunction,
} from "@virga/deploy";
import { formatByteSize } from "../print/byte-size.ts";
import type { Terminal } from "../print/terminal.ts";
import { findConfigFile, readConfigFile } from "../service/config-file.ts";
import { buildForAws, describeNextSteps } from "./build-for-aws.ts";
import { buildForGoogle, describeGoogleSteps } from "./build-for-google.ts";

export interface BuildArguments {
  readonly provider: "aws" | "google";
  /** The folder to write. */
  readonly output: string;
  readonly config?: string;
  /** Whether to write `OUTPUT.zip` as well. */
  readonly zip: boolean;
  readonly json: boolean;
}

/** Of `serverless deploy` where nothing is said. */
const STAGE = "dev";

/** Builds the function that a service is on a cloud, and says what is in it and what to do with it. */
export async function build(
  { provider, output, config, zip, json }: BuildArguments,
  terminal: Terminal,
): Promise<void> {
  const { service, inference, folder } = await readConfigFile(findConfigFile(config, terminal.folder));
  const plan = toServicePlan(inference, { service: service ?? basename(folder), stage: STAGE, folder });
  const { bundled, nextSteps } = await buildFor(provider, plan, resolve(terminal.folder, output), terminal);
  const zipPath = zip ? `${bundled.folder}.zip` : undefined;
  const zipped = zipPath === undefined ? undefined : { path: zipPath, ...(await zipFunction(bundled, zipPath)) };
  if (json) {
    terminal.print(JSON.stringify({ ...bundled, ...(zipped && { zip: zipped }) }, undefined, 2));
    return;
  }
  const shown = (path: string): string => relative(terminal.folder, path) || ".";
  terminal.print(
    `${shown(bundled.folder)} holds the function, ${formatByteSize(artefactSize(bundled))}:\n${describeArtefact(bundled)}`,
  );
  if (zipped) terminal.print(`${shown(zipped.path)} is the same, zipped: ${formatByteSize(zipped.sizeBytes)}`);
  terminal.print(`\n${nextSteps}`);
}

async function buildFor(
  provider: BuildArguments["provider"],
  plan: ServicePlan,
  outputFolder: string,
  terminal: Terminal,
): Promise<{ readonly bundled: BundledFunction; readonly nextSteps: string }> {
  const { folder } = terminal;
  if (provider === "google") {
    const built = await buildForGoogle(plan, outputFolder, terminal);
    return { bundled: built.bundled, nextSteps: describeGoogleSteps(plan, built, folder) };
  }
  const built = await buildForAws(plan, outputFolder, terminal);
  return { bundled: built.bundled, nextSteps: describeNextSteps(plan, built, folder) };
}
