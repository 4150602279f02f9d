import { InferenceError } from "@virga/core";
import type { BundledFunction } from "../bundled-function.ts";

/** What a platform takes at most. */
export interface ArtefactLimits {
  /** Such as `AWS Lambda`. */
  readonly platform: string;
  readonly unzippedBytes: number;
  readonly zippedBytes?: number;
}

/** Bytes of an artefact, unzipped. */
export function artefactSize({ files }: BundledFunction): number {
  return files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
}

/**
 * Holds an artefact against what its platform takes.
 *
 * @param zipSizeBytes absent where it is not zipped.
 * @throws InferenceError `CONFIG_INVALID` with what weighs what.
 */
export function checkArtefactSize(
  bundled: BundledFunction,
  zipSizeBytes: number | undefined,
  { platform, unzippedBytes, zippedBytes = Number.POSITIVE_INFINITY }: ArtefactLimits,
): void {
  const size = artefactSize(bundled);
  const excess =
    size > unzippedBytes
      ? `${count(size)} bytes, and ${platform} takes ${count(unzippedBytes)}`
      : zipSizeBytes !== undefined && zipSizeBytes > zippedBytes
        ? `${count(zipSizeBytes)} bytes zipped, and ${platform} takes ${count(zippedBytes)}`
        : undefined;
  if (excess === undefined) return;
  throw new InferenceError(
    "CONFIG_INVALID",
    `The function has ${excess}. Leave out what is heaviest:\n${describeArtefact(bundled)}`,
  );
}

/** Packages of the bundle that are listed; the rest is added up. */
const LISTED_PARTS = 12;

/** A table of what weighs what: the files, heaviest first, and what is in the bundle. */
export function describeArtefact({ files, parts }: BundledFunction): string {
  const rest = parts.slice(LISTED_PARTS).reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const listed = parts.slice(0, LISTED_PARTS).map(({ packageName, sizeBytes }) => ({ name: packageName, sizeBytes }));
  const inBundle = rest > 0 ? [...listed, { name: "and smaller ones", sizeBytes: rest }] : listed;
  const lines = files
    .toSorted((one, other) => other.sizeBytes - one.sizeBytes)
    .flatMap((file) => [
      toLine(file.name, file.sizeBytes),
      ...(file.name === "index.mjs" ? inBundle.map(({ name, sizeBytes }) => toLine(`  ${name}`, sizeBytes)) : []),
    ]);
  return lines.join("\n");
}

const NUMBER_WIDTH = 12;

function toLine(name: string, sizeBytes: number): string {
  return `${count(sizeBytes).padStart(NUMBER_WIDTH)}  ${name}`;
}

function count(bytes: number): string {
  return bytes.toLocaleString("en-US");
}
