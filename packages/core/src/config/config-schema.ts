import { z } from "zod";
import { closestTo } from "./closest-to.ts";
import type { InferenceConfig } from "./config.ts";
import { BLOCK, MODELS_RULE, WRITTEN_BLOCK } from "./inference-block.ts";

export type { AwsConfig, CreatedEfs, ExistingEfs, GoogleConfig, InferenceConfig, ModelEntry } from "./config.ts";

/** Something in a config that cannot stand. */
export interface ConfigProblem {
  /** Keys from the `inference:` block downwards. */
  readonly path: readonly (string | number)[];
  /** What is wrong and what is allowed instead. */
  readonly message: string;
}

export type ConfigResult =
  | { readonly config: InferenceConfig; readonly problems?: never }
  | { readonly problems: readonly ConfigProblem[]; readonly config?: never };

/** Checks the `inference:` block and tells every problem at once. */
export function parseInferenceConfig(block: unknown): ConfigResult {
  const variables = findVariables(block, []);
  const expanded = expandPaths(block);
  const parsed = BLOCK.safeParse(expanded);
  const problems = parsed.success
    ? []
    : parsed.error.issues
        .flatMap((issue) => toProblems(issue, expanded))
        .filter(({ path }) => !variables.some((variable) => isSamePath(variable.path, path)));
  if (parsed.success && Object.keys(parsed.data.models).length === 0) {
    problems.push({ path: ["models"], message: `is empty; allowed: ${MODELS_RULE}` });
  }
  if (!parsed.success || problems.length + variables.length > 0) return { problems: [...variables, ...problems] };
  // zod types an absent key as `undefined`, which it never writes.
  return { config: parsed.data as InferenceConfig };
}

/** JSON Schema of `serverless.yml` as far as Virga reads it, for editors. */
export function serverlessJsonSchema(): object {
  const { $schema, ...inference } = z.toJSONSchema(WRITTEN_BLOCK, { io: "input" });
  return { $schema, type: "object", properties: { inference } };
}

function expandPaths(block: unknown): unknown {
  if (!isObject(block) || !isObject(block["models"])) return block;
  const models = Object.entries(block["models"]).map(([name, model]) => [
    name,
    typeof model === "string" ? { path: model } : model,
  ]);
  return { ...block, models: Object.fromEntries(models) };
}

function toProblems(issue: z.core.$ZodIssue, block: unknown): ConfigProblem[] {
  const path = issue.path.map((key) => (typeof key === "symbol" ? String(key) : key));
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => ({ path: [...path, key], message: unknownKey(key, allowedKeys(path)) }));
  }
  if (issue.code === "invalid_key") {
    return [{ path, message: "is no name for a model: use letters, digits, `.`, `_` and `-`, at most 128" }];
  }
  const value = valueAt(block, path);
  const is = value === undefined ? "is missing" : `is ${describe(value)}`;
  return [{ path, message: `${is}; allowed: ${ruleAt(path)}` }];
}

function unknownKey(key: string, allowed: readonly string[]): string {
  const closest = closestTo(key, allowed);
  const hint = closest === undefined ? "" : `did you mean \`${closest}\`? `;
  return `is not a key that Virga knows; ${hint}There is: ${allowed.join(", ")}`;
}

/** The innermost described schema on the way to `path`. */
function ruleAt(path: readonly (string | number)[]): string {
  return (
    schemasOnTheWay(path).findLast((schema) => schema.description !== undefined)?.description ??
    "an object with `models`"
  );
}

function allowedKeys(path: readonly (string | number)[]): string[] {
  const schema = schemasOnTheWay(path).at(-1);
  return schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
}

function schemasOnTheWay(path: readonly (string | number)[]): z.ZodType[] {
  const schemas: z.ZodType[] = [BLOCK];
  for (const key of path) {
    const next = childOf(schemas.at(-1), key);
    if (next === undefined) break;
    schemas.push(next);
  }
  return schemas;
}

function childOf(schema: unknown, key: string | number): z.ZodType | undefined {
  const child =
    schema instanceof z.ZodObject
      ? schema.shape[key]
      : schema instanceof z.ZodRecord
        ? schema.valueType
        : schema instanceof z.ZodArray
          ? schema.element
          : undefined;
  return child instanceof z.ZodOptional ? (child.unwrap() as z.ZodType) : child;
}

const VARIABLE = /\$\{[^}]*\}?/;

function findVariables(value: unknown, path: readonly (string | number)[]): ConfigProblem[] {
  if (typeof value === "string") {
    const [variable] = VARIABLE.exec(value) ?? [];
    if (variable === undefined) return [];
    const message = `holds the variable ${variable}, which only \`serverless\` fills in: write the value itself`;
    return [{ path, message }];
  }
  if (Array.isArray(value)) return value.flatMap((each, index) => findVariables(each, [...path, index]));
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([key, each]) => findVariables(each, [...path, key]));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isSamePath(one: readonly (string | number)[], other: readonly (string | number)[]): boolean {
  return one.join("\0") === other.join("\0");
}

function valueAt(block: unknown, path: readonly (string | number)[]): unknown {
  let value = block;
  for (const key of path) value = (value as Record<string | number, unknown> | undefined)?.[key];
  return value;
}

const SHOWN_CHARACTERS = 60;

function describe(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text;
}
