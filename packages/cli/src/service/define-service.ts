import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { basename, extname, resolve } from "node:path";
import { InferenceError } from "@virga/core";
import { checkFiles, type NeededFile } from "@virga/deploy";
import { toModelPlace } from "./model-place.ts";
import type { ModelDefinition, ServiceDefinition } from "./service-definition.ts";

/** What the command line says about the service. */
export interface ServiceArguments {
  /** Paths, each with or without `name=` in front; where there are none, a config is read. */
  readonly models: readonly string[];
  readonly config?: string;
  readonly predictor?: string;
  readonly labels?: string;
  readonly name?: string;
}

/**
 * Puts a service together from the command line or, where it names no models, from a config.
 *
 * @throws InferenceError `CONFIG_INVALID` for a wrong config, `WEIGHTS_MISSING` for a file that is not there.
 */
export async function defineService(written: ServiceArguments, folder: string): Promise<ServiceDefinition> {
  const definition = written.models.length > 0 ? fromModels(written, folder) : await fromConfig(written.config, folder);
  const complete: ServiceDefinition = {
    ...definition,
    models: await withLabels(definition.models, written.labels, folder),
    ...(written.name === undefined ? {} : { name: written.name }),
    ...(written.predictor === undefined ? {} : { predictorPath: resolve(folder, written.predictor) }),
  };
  checkFiles(filesOf(complete), folder);
  return complete;
}

function fromModels(written: ServiceArguments, folder: string): ServiceDefinition {
  if (written.config !== undefined) throw invalid("Give either models or --config, not both.");
  const models = written.models.map((model) => toModel(model, folder));
  for (const [index, { name }] of models.entries()) {
    const first = models.findIndex((model) => model.name === name);
    if (first !== index) {
      throw invalid(`Two models are called ${name}: tell them apart, such as ${name}-2=${written.models[index]}.`);
    }
  }
  return { models };
}

const NAMED = /^([A-Za-z0-9][A-Za-z0-9._-]*)=(.+)$/;

function toModel(written: string, folder: string): ModelDefinition {
  const named = existsSync(resolve(folder, written)) ? null : NAMED.exec(written);
  const path = named?.[2] ?? written;
  const place = toModelPlace(path, folder);
  return { name: named?.[1] ?? (place.kind === "file" ? nameOf(path) : place.registryName), place };
}

function nameOf(path: string): string {
  const name = basename(path, extname(path))
    .replaceAll(/[^A-Za-z0-9._-]+/g, "-")
    .replace(/^[^A-Za-z0-9]+/, "");
  return name === "" ? "model" : name;
}

async function fromConfig(named: string | undefined, folder: string): Promise<ServiceDefinition> {
  // Readers of configs take as much memory and time to load as all else that serves a model.
  const { findConfigFile, readConfigFile } = await import("./config-file.ts");
  const { service, inference, folder: configFolder } = await readConfigFile(findConfigFile(named, folder));
  const { models, predictor, timeout } = inference;
  return {
    ...(service === undefined ? {} : { name: service }),
    models: Object.entries(models).map(([name, { path, ...rest }]) => ({
      name,
      place: toModelPlace(path, configFolder),
      ...rest,
    })),
    ...(predictor === undefined ? {} : { predictorPath: resolve(configFolder, predictor) }),
    ...(timeout === undefined ? {} : { timeoutMs: timeout * 1_000 }),
  };
}

async function withLabels(
  models: readonly ModelDefinition[],
  labelsFile: string | undefined,
  folder: string,
): Promise<readonly ModelDefinition[]> {
  if (labelsFile === undefined) return models;
  const [only, ...others] = models;
  if (only === undefined || others.length > 0) {
    throw invalid("--labels fits a service with one model; with several, give each its `labels` in a config.");
  }
  return [{ ...only, labels: await readLabels(resolve(folder, labelsFile), labelsFile) }];
}

async function readLabels(path: string, written: string): Promise<string[]> {
  if (!existsSync(path)) throw missing(`There is no labels file ${written}.`);
  const lines = (await readFile(path, "utf8")).split(/\r?\n/);
  while (lines.at(-1)?.trim() === "") lines.pop();
  if (lines.length === 0) throw invalid(`The labels file ${written} is empty: write one class name a line.`);
  return lines.map((line) => line.trim());
}

function filesOf({ models, predictorPath }: ServiceDefinition): NeededFile[] {
  const files = models.flatMap(({ name, place }) =>
    place.kind === "file" ? [{ path: place.path, role: `model ${name}` }] : [],
  );
  return predictorPath === undefined ? files : [...files, { path: predictorPath, role: "predictor" }];
}

function invalid(message: string): InferenceError {
  return new InferenceError("CONFIG_INVALID", message);
}

function missing(message: string): InferenceError {
  return new InferenceError("WEIGHTS_MISSING", message);
}
