import { InferenceError } from "@virga/core";
import { type InferenceConfig, parseInferenceConfig } from "@virga/core/config-schema";
import type { Serverless } from "./serverless.ts";

const EXAMPLE = "inference:\n  models:\n    iris: model.onnx";

/**
 * Takes the `inference:` block of a config whose variables are filled in.
 *
 * @throws InferenceError `CONFIG_INVALID` with every problem and what is allowed.
 */
export function readConfig({ configurationInput }: Serverless): InferenceConfig {
  const block = configurationInput["inference"];
  if (block === undefined || block === null) {
    throw invalid(`The config has no \`inference:\` block, which names the models. Add one, such as:\n\n${EXAMPLE}`);
  }
  const { config, problems } = parseInferenceConfig(block);
  if (config !== undefined) return config;
  const texts = problems.map(({ path, message }) => `${["inference", ...path].join(".")} ${message}.`);
  throw invalid(texts.length === 1 ? texts.join() : `There are ${texts.length} problems:\n  ${texts.join("\n  ")}`);
}

function invalid(message: string): InferenceError {
  return new InferenceError("CONFIG_INVALID", message);
}
