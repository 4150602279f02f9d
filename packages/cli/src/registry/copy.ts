import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InferenceError } from "@virga/core";
import { type LiveVersion, type Manifest, Registry, WeightCache } from "@virga/core/weights";
import { toModelOrigin } from "@virga/deploy";
import { formatByteSize } from "../print/byte-size.ts";
import type { Terminal } from "../print/terminal.ts";
import { DEFAULT_STORE, openStore } from "./open-store.ts";
import { createProgress } from "./progress.ts";
import { currentAuthor } from "./registry-commands.ts";

export interface CopyArguments {
  /** Such as `s3://bucket/prefix/iris@production` or `iris@3`. */
  readonly model: string;
  /** Where it is to be, such as `gs://bucket/prefix`. */
  readonly target: string;
  readonly note?: string;
  readonly json: boolean;
}

/**
 * Copies one version from a registry to another, which may be another cloud's; content that is there already keeps its
 * version. Every byte is held against its checksum on the way in and on the way out.
 */
export async function copy({ model, target, note, json }: CopyArguments, terminal: Terminal): Promise<void> {
  const { store, registryName: name, reference } = readModel(model, terminal.folder);
  const source = new Registry(await openStore(store, terminal.folder, terminal.environment));
  const destination = new Registry(await openStore(target, terminal.folder, terminal.environment));
  const { version, manifest } = await source.resolve(name, reference);
  const copied = await withFiles(source, name, manifest, (folder) =>
    destination.publish(name, folder, manifest, {
      ...currentAuthor({ note: note ?? `Copied from ${source.store.uri}, version ${version}` }),
      onProgress: createProgress(`Storing ${name}`, terminal),
    }),
  );
  const sizeBytes = manifest.files.reduce((sum, file) => sum + file.sizeBytes, 0);
  terminal.print(
    json
      ? JSON.stringify({ name, from: version, version: copied.version, store: destination.store.uri, sizeBytes })
      : `${name} version ${version} of ${source.store.uri} is version ${copied.version} in ${destination.store.uri}, ${formatByteSize(sizeBytes)}.\nServe it with: virga promote ${name} ${copied.version} --store ${target}`,
  );
}

interface RegisteredReference {
  readonly store: string;
  readonly registryName: string;
  readonly reference: string;
}

function readModel(model: string, folder: string): RegisteredReference {
  const origin = toModelOrigin(model, folder);
  if (origin.kind === "registry") return { store: DEFAULT_STORE, ...origin };
  throw new InferenceError(
    "CONFIG_INVALID",
    `${model} names no version of a registry: write the store, the model and a version or an alias, such as s3://bucket/prefix/iris@production.`,
  );
}

/** Works with a version's files in a folder, whole and verified. */
async function withFiles(
  registry: Registry,
  name: string,
  manifest: Manifest,
  work: (folder: string) => Promise<LiveVersion>,
): Promise<LiveVersion> {
  const directory = await mkdtemp(join(tmpdir(), "virga-copy-"));
  try {
    const files = manifest.files.map((file) => ({ ...file, location: registry.locate(name, file) }));
    const weights = await new WeightCache({ directory }).open({ files, chunkBytes: manifest.chunkBytes });
    try {
      await weights.verified;
      return await work(weights.directory);
    } finally {
      await weights.release();
    }
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
