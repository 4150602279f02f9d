import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InferenceError } from "@virga/core";
import { formatByteSize } from "../print/byte-size.ts";
import type { Terminal } from "../print/terminal.ts";
import { defineService } from "../service/define-service.ts";
import { describePlan, prepareInto } from "./prepare.ts";
import { createProgress } from "./progress.ts";
import { currentAuthor, openRegistry, type RegistryArguments } from "./registry-commands.ts";

export interface PushArguments extends RegistryArguments {
  /** Path of the model; the one of that name in the config where absent. */
  readonly model?: string;
}

/** Prepares a model and stores it as the next version; content that is there already keeps its version. */
export async function push(written: PushArguments, terminal: Terminal): Promise<void> {
  const { name, json } = written;
  const model = written.model ?? (await modelOfConfig(name, terminal.folder));
  const registry = await openRegistry(written, terminal);
  const folder = await mkdtemp(join(tmpdir(), "virga-push-"));
  try {
    const manifest = await prepareInto(model, folder, terminal);
    const onProgress = createProgress(`Storing ${name}`, terminal);
    const { version } = await registry.publish(name, folder, manifest, { ...currentAuthor(written), onProgress });
    await registry.collectGarbage(name);
    const sizeBytes = manifest.files.reduce((sum, file) => sum + file.sizeBytes, 0);
    if (json)
      terminal.print(JSON.stringify({ name, version, store: registry.store.uri, sizeBytes, load: manifest.load }));
    else {
      terminal.print(
        `${describePlan(manifest)}\n${name} is version ${version} in ${registry.store.uri}, ${formatByteSize(sizeBytes)}.`,
      );
      terminal.print(`Serve it with: virga promote ${name} ${version}`);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function modelOfConfig(name: string, folder: string): Promise<string> {
  const { models } = await defineService({ models: [] }, folder);
  const found = models.find((model) => model.name === name);
  if (found?.place.kind === "file") return found.place.path;
  const known = models.map((model) => model.name).join(", ");
  throw new InferenceError(
    "CONFIG_INVALID",
    `The config has no model ${name}; it has: ${known}. Or name a file: virga push ${name} model.onnx`,
  );
}
