import { resolve } from "node:path";
import { InferenceError } from "@virga/core";
import type { Workload } from "@virga/cost";
import { parse } from "yaml";
import { parseCount } from "../print/count.ts";
import { readText } from "./read-json.ts";

/** What a file says of traffic and needs; the rest comes from elsewhere. */
export interface WorkloadFile {
  readonly workload: Partial<Workload>;
  readonly targets?: readonly (string | Readonly<Record<string, unknown>>)[];
  readonly region?: string;
  readonly googleRegion?: string;
}

const NUMBERS = [
  "requests",
  "durationMs",
  "memoryMb",
  "threads",
  "requestBytes",
  "responseBytes",
  "logBytes",
  "modelBytes",
];
const OTHERS = ["coldStart", "profile", "callers", "targets", "region", "googleRegion"];
const HOURS = 24;
const WEEKDAYS = 5;
const WEEKEND_DAYS = 2;

/**
 * Reads a small YAML: the fields of a workload, `profile` (24 weights, or 24 each for `weekdays` and `weekend`, or 168),
 * `targets`, `region` and `googleRegion`.
 *
 * @throws InferenceError `CONFIG_INVALID` naming the field.
 */
export async function readWorkloadFile(file: string, folder: string): Promise<WorkloadFile> {
  const content = parseYaml(await readText(resolve(folder, file), folder), file);
  const unknown = Object.keys(content).find((key) => ![...NUMBERS, ...OTHERS].includes(key));
  if (unknown !== undefined) {
    throw invalid(file, unknown, `is not known; there is: ${[...NUMBERS, ...OTHERS].join(", ")}`);
  }
  const { profile, targets, region, googleRegion, ...workload } = content;
  const hourlyProfile = profile === undefined ? undefined : toWeek(profile, file);
  return {
    workload: {
      ...(workload as Partial<Workload>),
      ...(typeof workload["requests"] === "string" ? { requests: toRequests(workload["requests"]) } : {}),
      ...(hourlyProfile === undefined ? {} : { hourlyProfile }),
    },
    ...(targets === undefined ? {} : { targets: toTargets(targets, file) }),
    ...(region === undefined ? {} : { region: toText(region, "region", file) }),
    ...(googleRegion === undefined ? {} : { googleRegion: toText(googleRegion, "googleRegion", file) }),
  };
}

function parseYaml(text: string, file: string): Record<string, unknown> {
  let content: unknown;
  try {
    content = parse(text);
  } catch (error) {
    throw new InferenceError("CONFIG_INVALID", `${file} is not valid YAML: ${(error as Error).message}.`);
  }
  if (!isRecord(content))
    throw new InferenceError("CONFIG_INVALID", `${file} must hold keys, such as \`requests: 1M\`.`);
  return content;
}

/** What is no count is left to the estimate to judge. */
function toRequests(written: string): string {
  return parseCount(written) ?? written;
}

function toWeek(profile: unknown, file: string): readonly number[] {
  if (isNumbers(profile, HOURS)) return Array.from({ length: WEEKDAYS + WEEKEND_DAYS }, () => profile).flat();
  if (isNumbers(profile, HOURS * (WEEKDAYS + WEEKEND_DAYS))) return profile;
  const { weekdays, weekend } = isRecord(profile) ? profile : {};
  if (!isNumbers(weekdays, HOURS) || !isNumbers(weekend, HOURS)) {
    throw invalid(file, "profile", "must be 24 weights, 168 of them, or `weekdays` and `weekend` with 24 each");
  }
  return [
    ...Array.from({ length: WEEKDAYS }, () => weekdays).flat(),
    ...Array.from({ length: WEEKEND_DAYS }, () => weekend).flat(),
  ];
}

function toTargets(targets: unknown, file: string): readonly (string | Record<string, unknown>)[] {
  if (Array.isArray(targets) && targets.every((each) => typeof each === "string" || isRecord(each))) return targets;
  throw invalid(file, "targets", "must be a list, such as [lambda:arm64, run]");
}

function toText(value: unknown, field: string, file: string): string {
  if (typeof value === "string") return value;
  throw invalid(file, field, "must be text");
}

function isNumbers(value: unknown, length: number): value is number[] {
  return Array.isArray(value) && value.length === length && value.every((each) => typeof each === "number");
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function invalid(file: string, field: string, problem: string): InferenceError {
  return new InferenceError("CONFIG_INVALID", `${file}: ${field} ${problem}.`);
}
