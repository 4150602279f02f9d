import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { InferenceError } from "@virga/core";
import { defineService } from "../service/define-service.ts";
import type { ModelDefinition } from "../service/service-definition.ts";

/**
 * Finds the models that are meant: by path, by `name@alias` or by their name in the config; all of the config's where
 * nothing is said.
 *
 * @throws InferenceError `CONFIG_INVALID` for a wrong config, `WEIGHTS_MISSING` for a model that is nowhere.
 */
export async function findModels(
  written: string | undefined,
  config: string | undefined,
  folder: string,
): Promise<readonly ModelDefinition[]> {
  if (written === undefined) return readModels(config, folder);
  if (!isName(written, folder) || !existsSync(resolve(folder, config ?? "serverless.yml"))) {
    return (await defineService({ models: [written] }, folder)).models;
  }
  const models = await readModels(config, folder);
  const named = models.filter(({ name }) => name === written);
  if (named.length > 0) return named;
  const names = models.map(({ name }) => name).join(", ");
  throw new InferenceError(
    "WEIGHTS_MISSING",
    `There is no file ${written}, and no such model in the config: ${names}.`,
  );
}

async function readModels(config: string | undefined, folder: string): Promise<readonly ModelDefinition[]> {
  return (await defineService({ models: [], ...(config === undefined ? {} : { config }) }, folder)).models;
}

/** Whether it can only be a name: no file, no path and no reference. */
function isName(written: string, folder: string): boolean {
  return (
    /^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(written) && !written.endsWith(".onnx") && !existsSync(resolve(folder, written))
  );
}
