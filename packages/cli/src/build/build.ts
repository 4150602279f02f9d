import { basename, relative, resolve } from "node:path";
import { InferenceError } from "@virga/core";
import { artefactSize, describeArtefact, toServicePlan, zipFunction } from "@virga/deploy";
import { formatByteSize } from "../print/byte-size.ts";
import type { Terminal } from "../print/terminal.ts";
import { findConfigFile, readConfigFile } from "../service/config-file.ts";
import { buildForAws, describeNextSteps } from "./build-for-aws.ts";

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
  if (provider === "google") {
    throw new InferenceError(
      "UNSUPPORTED",
      "virga build cannot build for Google Cloud yet: it comes with the Google provider. For AWS: virga build --provider aws.",
    );
  }
  const { service, inference, folder } = await readConfigFile(findConfigFile(config, terminal.folder));
  const plan = toServicePlan(inference, { service: service ?? basename(folder), stage: STAGE, folder });
  const built = await buildForAws(plan, resolve(terminal.folder, output), terminal);
  const { bundled } = built;
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
  terminal.print(`\n${describeNextSteps(plan, built, terminal.folder)}`);
}
