import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createApp, createOnnxEngine } from "@virga/core";
import { chooseLoad, type Manifest, prepareModel } from "@virga/core/weights";
import type { Terminal } from "../print/terminal.ts";
import type { ModelDefinition } from "../service/service-definition.ts";
import { toRegisteredModel } from "../service/to-app-options.ts";
import { createListeningEngine, type FileSource } from "./listening-engine.ts";

/** A model in the form in which a deployed service loads it, on this machine's disk until it is closed. */
export interface OpenModel {
  readonly source: FileSource;
  readonly folder: string;
  readonly manifest: Manifest;
  close(): Promise<void>;
}

/** Prepares a file, or fetches a version of a registry. @throws InferenceError what preparing or fetching throws. */
export async function openModel({ name, place }: ModelDefinition, terminal: Terminal): Promise<OpenModel> {
  return place.kind === "file" ? openFile(place.path) : openRegistered(name, place, terminal);
}

async function openFile(path: string): Promise<OpenModel> {
  const folder = await mkdtemp(join(tmpdir(), "virga-bench-"));
  const close = (): Promise<void> => rm(folder, { recursive: true, force: true });
  try {
    const manifest = await prepareModel(path, folder);
    const { graph, mode } = await chooseLoad(createOnnxEngine({ threads: 1 }), manifest);
    return { source: { kind: "file", path: join(folder, graph), mode }, folder, manifest, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function openRegistered(
  name: string,
  place: ModelDefinition["place"] & { kind: "registry" },
  terminal: Terminal,
): Promise<OpenModel> {
  const model = await toRegisteredModel(place, terminal);
  const { version, manifest } = await model.registry.resolve(model.name, model.reference);
  const loaded: FileSource[] = [];
  const app = createApp({
    // By its number, so that no alias moves while it is measured.
    models: { [name]: { source: { ...model, reference: String(version) } } },
    engine: createListeningEngine({ loads: (source) => loaded.push(source) }),
  });
  try {
    await app.warm();
    const [source] = loaded;
    if (source === undefined) throw new Error(`${name} was loaded from no file.`);
    return { source, folder: dirname(source.path), manifest, close: () => app.close() };
  } catch (error) {
    await app.close();
    throw error;
  }
}
