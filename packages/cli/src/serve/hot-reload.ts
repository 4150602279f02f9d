import { relative } from "node:path";
import type { App } from "@virga/core";
import { readModelFacts } from "../model-file.ts";
import { describeFailure } from "../print/describe-failure.ts";
import { loadPredictor } from "../service/load-predictor.ts";
import { bundlePredictor } from "../service/predictor-bundle.ts";
import type { ServiceDefinition } from "../service/service-definition.ts";
import { createFileWatcher, type FileWatcher } from "./file-watcher.ts";
import type { Report } from "./report.ts";
import { reportModel } from "./report-model.ts";

interface ModelFile {
  readonly name: string;
  /** Absolute. */
  readonly path: string;
}

/** Takes up changed models and predictors while the service runs. */
export interface HotReload {
  close(): void;
}

/**
 * Watches a service's files from now on; what is broken leaves the old serving and is reported.
 *
 * @param predictorFiles every file that the predictor was made of.
 */
export async function startHotReload(
  app: App,
  service: ServiceDefinition,
  predictorFiles: readonly string[],
  report: Report,
): Promise<HotReload> {
  // A model of a registry is followed by the core.
  const ofThisMachine = service.models.flatMap(({ name, place }) =>
    place.kind === "file" ? [{ name, ...place }] : [],
  );
  const modelFiles = new Map(ofThisMachine.map((model) => [model, filesOf(model, [])]));
  let ofPredictor = predictorFiles;
  const watcher: FileWatcher = createFileWatcher(async (changed) => {
    const isChanged = (path: string): boolean => changed.includes(path);
    if (ofPredictor.some(isChanged)) ofPredictor = await reloadPredictor(app, service, ofPredictor, report);
    for (const [model, files] of modelFiles) {
      if (!files.some(isChanged)) continue;
      await reloadModel(app, model, report);
      modelFiles.set(model, filesOf(model, files));
    }
    await watchAll();
  });
  const watchAll = (): Promise<void> => watcher.watchOnly([...ofPredictor, ...[...modelFiles.values()].flat()]);
  await watchAll();
  return watcher;
}

async function reloadModel(app: App, { name, path }: ModelFile, report: Report): Promise<void> {
  try {
    await app.reloadModel(name);
    report({ level: "info", event: "model.reloaded", message: `Model ${name} was reloaded.`, fields: { model: name } });
    for (const endpoint of app.describe()) if (endpoint.name === name) reportModel(endpoint, report);
  } catch (error) {
    report({
      level: "error",
      event: "model.failed",
      message: `The changed ${relative(process.cwd(), path)} was not taken up: ${describeFailure(error)} ${STAYS}`,
      fields: { model: name },
    });
  }
}

const STAYS = "What was loaded before goes on serving.";

async function reloadPredictor(
  app: App,
  { predictorPath }: ServiceDefinition,
  files: readonly string[],
  report: Report,
): Promise<readonly string[]> {
  if (predictorPath === undefined) return files;
  let bundled = files;
  try {
    const bundle = await bundlePredictor(predictorPath);
    bundled = bundle.files;
    app.replacePredictor(await loadPredictor(bundle, predictorPath));
    report({ level: "info", event: "predictor.reloaded", message: "The predictor was reloaded." });
  } catch (error) {
    const message = `The changed predictor was not taken up: ${describeFailure(error)}\n${STAYS}`;
    report({ level: "error", event: "predictor.failed", message });
  }
  return bundled;
}

/** The model with its external weights; those known before stay watched while the model itself is unreadable. */
function filesOf({ path }: ModelFile, before: readonly string[]): readonly string[] {
  const facts = readModelFacts(path);
  return facts === undefined ? [...new Set([path, ...before])] : [path, ...facts.externalPaths];
}
