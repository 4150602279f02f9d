import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { basename, dirname, resolve } from "node:path";
import { InferenceError } from "@virga/core";
import { type ConfigProblem, type InferenceConfig, parseInferenceConfig } from "@virga/core/config-schema";
import { type Document, isCollection, isMap, isNode, isScalar, isSeq, LineCounter, parseDocument } from "yaml";

const DEFAULT_CONFIG = "serverless.yml";
const EXAMPLE = "inference:\n  models:\n    iris: model.onnx";

/** What is read of a `serverless.yml`. */
export interface ConfigFile {
  readonly service?: string;
  readonly inference: InferenceConfig;
  /** That the config's paths start from; absolute. */
  readonly folder: string;
}

/**
 * Finds the config that was named, or the one of the folder.
 *
 * @throws InferenceError `CONFIG_INVALID` when there is none.
 */
export function findConfigFile(named: string | undefined, folder: string): string {
  const path = resolve(folder, named ?? DEFAULT_CONFIG);
  if (existsSync(path)) return path;
  if (named !== undefined) throw invalid(`There is no config ${named}.`);
  throw invalid(
    `There is no ${DEFAULT_CONFIG} in ${folder}. Name a model, such as: virga serve model.onnx (or another config with --config).`,
  );
}

/**
 * Reads the `inference:` block of a `serverless.yml`.
 *
 * @throws InferenceError `CONFIG_INVALID` with every problem, its line and what is allowed.
 */
export async function readConfigFile(path: string): Promise<ConfigFile> {
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
  return { ...(typeof service === "string" && { service }), inference: config, folder: dirname(path) };
}

/** Whether a config has an `inference:` block, right or wrong. @throws InferenceError `CONFIG_INVALID` for a file that cannot be read. */
export async function hasInference(path: string): Promise<boolean> {
  return parseDocument(await readText(path), { logLevel: "silent" }).has("inference");
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    throw invalid(`The config ${path} cannot be read: ${error instanceof Error ? error.message : String(error)}.`);
  }
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
