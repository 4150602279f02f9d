import { readFile } from "node:fs/promises";
import { basename, dirname, resolve } from "node:path";
import { InferenceError } from "@virga/core";
import { type ConfigProblem, type InferenceConfig, parseInferenceConfig } from "@virga/core/config-schema";
import { type Document, isCollection, isMap, isNode, isScalar, isSeq, LineCounter, parseDocument } from "yaml";
import { toModelPlace } from "./model-place.ts";
import type { ServiceDefinition } from "./service-definition.ts";

const EXAMPLE = "inference:\n  models:\n    iris: model.onnx";

/**
 * Reads the `inference:` block of a `serverless.yml`.
 *
 * @throws InferenceError `CONFIG_INVALID` with every problem, its line and what is allowed.
 */
export async function readConfigFile(path: string): Promise<ServiceDefinition> {
  const file = basename(path);
  const lines = new LineCounter();
  const document = parseDocument(await readText(path), { lineCounter: lines, logLevel: "silent" });
  const [syntaxError] = document.errors;
  if (syntaxError !== undefined) throw invalid(`${file} is not valid YAML: ${syntaxError.message}`);
  const content: unknown = document.toJS();
  if (!document.has("inference")) {
    throw invalid(`${file} has no \`inference:\` block, which names the models. Add one, such as:\n\n${EXAMPLE}`);
  }
  const { service, inference } = content as { service?: unknown; inference: unknown };
  const { config, problems } = parseInferenceConfig(inference);
  if (problems !== undefined) {
    throw invalid(describeProblems(file, problems, (problem) => lineOf(document, lines, problem)));
  }
  return toDefinition(config, typeof service === "string" ? service : undefined, dirname(path));
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    throw invalid(`The config ${path} cannot be read: ${error instanceof Error ? error.message : String(error)}.`);
  }
}

function toDefinition(config: InferenceConfig, name: string | undefined, folder: string): ServiceDefinition {
  return {
    ...(name === undefined ? {} : { name }),
    models: Object.entries(config.models).map(([model, { path, ...rest }]) => ({
      name: model,
      place: toModelPlace(path, folder),
      ...rest,
    })),
    ...(config.predictor === undefined ? {} : { predictorPath: resolve(folder, config.predictor) }),
    ...(config.timeout === undefined ? {} : { timeoutMs: config.timeout * 1_000 }),
  };
}

function describeProblems(
  file: string,
  problems: readonly ConfigProblem[],
  lineOfProblem: (problem: ConfigProblem) => number,
): string {
  const texts = problems.map((problem) => {
    const key = ["inference", ...problem.path].join(".");
    return `${file}, line ${lineOfProblem(problem)}: ${key} ${problem.message}.`;
  });
  return texts.length === 1 ? texts.join() : `${file} has ${texts.length} problems:\n  ${texts.join("\n  ")}`;
}

/** The line of the innermost key on the problem's path that is written down. */
function lineOf(document: Document, lines: LineCounter, problem: ConfigProblem): number {
  let offset = keyOffset(document.contents, "inference");
  let node: unknown = document.get("inference", true);
  for (const key of problem.path) {
    const next = keyOffset(node, key);
    if (next === undefined) break;
    offset = next;
    node = isCollection(node) ? node.get(key, true) : undefined;
  }
  return lines.linePos(offset ?? 0).line;
}

function keyOffset(node: unknown, key: string | number): number | undefined {
  const found = isMap(node)
    ? node.items.find(({ key: each }) => isScalar(each) && each.value === key)?.key
    : isSeq(node) && typeof key === "number"
      ? node.items[key]
      : undefined;
  return isNode(found) ? found.range?.[0] : undefined;
}

function invalid(message: string): InferenceError {
  return new InferenceError("CONFIG_INVALID", message);
}
