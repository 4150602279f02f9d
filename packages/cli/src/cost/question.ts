import { type EstimateOptions, lambdaLatency, type MeasuredLatency, type Target, type Workload } from "@virga/cost";
import type { Measurement } from "../bench/measurement.ts";
import type { ConfigFacts } from "./config-facts.ts";
import type { CostFlags } from "./cost-flags.ts";
import { type Figure, type FigureOrigin, firstOf } from "./figure.ts";
import { completeTarget, DEFAULT_TARGETS, parseTarget, type TargetDefaults } from "./target-words.ts";
import { readWorkloadFile, type WorkloadFile } from "./workload-file.ts";

/** What is to be estimated, complete, with the origin of each figure. */
export interface CostQuestion {
  /** The workload file; absent where there is none. */
  readonly file?: string;
  readonly workload: Workload;
  readonly figures: readonly Figure[];
  readonly targets: readonly Target[];
  readonly regions: TargetDefaults;
  /** Times on this machine or from a file, where there are any. */
  readonly measured: readonly MeasuredLatency[];
}

/** What every workload of a comparison shares, beside the flags. */
export interface CostSources {
  readonly measurement: Measurement | undefined;
  readonly config: ConfigFacts | undefined;
}

const DEFAULT_AWS_REGION = "us-east-1";
const DEFAULT_GOOGLE_REGION = "us-central1";

/**
 * Puts together what flags, the workload file, measurements and the `inference:` block say, in this order; what nobody
 * says is assumed, and called so.
 *
 * @throws InferenceError `CONFIG_INVALID` for a file that is wrong.
 */
export async function readQuestion(
  flags: CostFlags,
  workloadFile: string | undefined,
  { measurement, config }: CostSources,
  folder: string,
): Promise<CostQuestion> {
  const file = workloadFile === undefined ? { workload: {} } : await readWorkloadFile(workloadFile, folder);
  const regions: TargetDefaults = {
    awsRegion: flags.region ?? file.region ?? config?.inference.aws?.region ?? DEFAULT_AWS_REGION,
    googleRegion: flags.googleRegion ?? file.googleRegion ?? config?.inference.google?.region ?? DEFAULT_GOOGLE_REGION,
    ...(config?.inference.aws === undefined ? {} : { aws: config.inference.aws }),
  };
  const figures = collectFigures(flags, file, measurement, config);
  const workload = toWorkload(figures, file);
  const targets = toTargets(flags, file, regions);
  const measured = measurement?.latencies ?? [];
  const isMeasured = figures.some(({ name, origin }) => name === "durationMs" && origin === "measured");
  return {
    ...(workloadFile === undefined ? {} : { file: workloadFile }),
    workload,
    figures,
    targets: isMeasured ? targets.map((target) => withMeasuredTime(target, workload, measured)) : targets,
    regions,
    measured,
  };
}

function collectFigures(
  flags: CostFlags,
  { workload }: WorkloadFile,
  measurement: Measurement | undefined,
  config: ConfigFacts | undefined,
): Figure[] {
  const single = measurement?.latencies[0];
  const file = "workload file" satisfies FigureOrigin;
  const { coldStart } = workload;
  const figures = [
    firstOf("requests", "per month", ["flag", flags.requests], [file, workload.requests], ["assumed", 1_000_000]),
    firstOf(
      "durationMs",
      "ms",
      ["flag", flags.duration],
      [file, workload.durationMs],
      ["measured", single?.durationMs],
      ["assumed", 100],
    ),
    firstOf(
      "memoryMb",
      "MB",
      ["flag", flags.memory],
      [file, workload.memoryMb],
      ["serverless.yml", config?.inference.memory],
      ["measured", measurement?.memoryMb],
      ["assumed", 1_024],
    ),
    firstOf(
      "threads",
      "CPUs",
      ["flag", flags.threads],
      [file, workload.threads],
      ["measured", single?.threads],
      ["assumed", 1],
    ),
    firstOf("requestBytes", "bytes", ["flag", flags.requestBytes], [file, workload.requestBytes], ["assumed", 2_000]),
    firstOf(
      "responseBytes",
      "bytes",
      ["flag", flags.responseBytes],
      [file, workload.responseBytes],
      ["assumed", 2_000],
    ),
    firstOf("logBytes", "bytes", ["flag", flags.logBytes], [file, workload.logBytes], ["assumed", 500]),
    firstOf(
      "modelBytes",
      "bytes",
      ["flag", flags.modelSize],
      [file, workload.modelBytes],
      ["measured", measurement?.modelBytes],
      ["serverless.yml", config?.modelBytes],
    ),
    firstOf(
      "initMs",
      "ms",
      ["flag", flags.coldStart],
      [file, coldStart?.initMs],
      ["measured", measurement?.initMs],
      ["assumed", 1_000],
    ),
    firstOf("coldRate", "of requests", ["flag", flags.coldRate], [file, coldStart?.rate]),
  ];
  return figures.filter((each) => each !== undefined);
}

function toWorkload(figures: readonly Figure[], { workload }: WorkloadFile): Workload {
  const value = (name: string): Figure["value"] | undefined => figures.find((each) => each.name === name)?.value;
  const modelBytes = value("modelBytes");
  const rate = value("coldRate");
  const { hourlyProfile, callers } = workload;
  return {
    requests: value("requests") ?? 0,
    durationMs: value("durationMs") ?? 0,
    memoryMb: value("memoryMb") ?? 0,
    threads: Number(value("threads") ?? 1),
    requestBytes: value("requestBytes") ?? 0,
    responseBytes: value("responseBytes") ?? 0,
    logBytes: value("logBytes") ?? 0,
    ...(modelBytes === undefined ? {} : { modelBytes }),
    coldStart: { initMs: value("initMs") ?? 0, ...(rate === undefined ? {} : { rate }) },
    ...(hourlyProfile === undefined ? {} : { hourlyProfile }),
    ...(callers === undefined ? {} : { callers }),
  };
}

function toTargets(flags: CostFlags, { targets }: WorkloadFile, regions: TargetDefaults): Target[] {
  return (flags.target ?? targets ?? DEFAULT_TARGETS).map((each) =>
    typeof each === "string" ? parseTarget(each, regions) : completeTarget(each, regions),
  );
}

/** A function has a share of a CPU by its memory, so that a measured time is another there. */
function withMeasuredTime(target: Target, workload: Workload, measured: readonly MeasuredLatency[]): Target {
  if (target.product !== "lambda" || target.durationMs !== undefined) return target;
  const memoryMb = target.memoryMb ?? workload.memoryMb;
  const durationMs = lambdaLatency(measured, memoryMb, target.architecture ?? "x64");
  return durationMs === undefined ? target : { ...target, durationMs };
}

/** What holds for every workload of a comparison. */
export function toOptions({ rounding, freeTier, hoursPerMonth, maxUtilization }: CostFlags): EstimateOptions {
  return {
    rounding,
    freeTier,
    ...(hoursPerMonth === undefined ? {} : { hoursPerMonth }),
    ...(maxUtilization === undefined ? {} : { maxUtilization }),
  };
}
