import { inputInvalid } from "../cost-error.ts";
import { type Decimal, type DecimalInput, larger, ONE, parseDecimal } from "../decimal/decimal.ts";
import { readInputs } from "../input-reader.ts";
import { lambdaCpus } from "../targets/lambda-rules.ts";

/** Processors that a time can be measured on. */
export type Architecture = "x64" | "arm64";

/** How long one warm request took with so many threads, each on a CPU of its own. */
export interface MeasuredLatency {
  readonly threads: number;
  readonly durationMs: DecimalInput;
  /** `x64` where absent. */
  readonly architecture?: Architecture;
}

/** How long a request takes on a machine, and with how many threads that is reached. */
export interface ExpectedLatency {
  readonly durationMs: Decimal;
  readonly threads: Decimal;
}

/**
 * The least time on so many CPUs: that of each measured number of threads, longer by as much as there are fewer CPUs
 * than threads. Nothing where no time was measured on the architecture.
 *
 * @throws CostError `INPUT_INVALID` naming the measurement.
 */
export function expectedLatency(
  measured: readonly MeasuredLatency[],
  architecture: Architecture,
  vcpu: Decimal,
): ExpectedLatency | undefined {
  return measured
    .map((each, index) => ({ each, field: `measurements[${index}]` }))
    .filter(({ each }) => (each.architecture ?? "x64") === architecture)
    .map(({ each, field }) => {
      const threads = parseDecimal(each.threads, `${field}.threads`);
      if (threads.lt(ONE)) throw inputInvalid(`${field}.threads`, "must be 1 or more.");
      const durationMs = parseDecimal(each.durationMs, `${field}.durationMs`);
      return { threads, durationMs: durationMs.times(larger(ONE, threads.div(vcpu))).round(3) };
    })
    .reduce<ExpectedLatency | undefined>(
      (best, each) => (best === undefined || each.durationMs.lt(best.durationMs) ? each : best),
      undefined,
    );
}

/**
 * How long a request takes in a Lambda function of some memory, in ms: a function has a share of a CPU, or several, by
 * its memory. Times of x64 stand in for arm64 where none was measured there.
 *
 * @throws CostError `INPUT_INVALID` naming the field.
 */
export function lambdaLatency(
  measured: readonly MeasuredLatency[],
  memoryMb: DecimalInput,
  architecture: Architecture,
): string | undefined {
  const vcpu = lambdaCpus(parseDecimal(memoryMb, "memoryMb"));
  if (vcpu.eq(0)) throw inputInvalid("memoryMb", "must be above 0.");
  const found = expectedLatency(measured, architecture, vcpu) ?? expectedLatency(measured, "x64", vcpu);
  return found?.durationMs.toFixed();
}

/** Reads a list of measured times from parsed JSON. @throws CostError `INPUT_INVALID` naming the field. */
export function parseMeasurements(data: unknown): MeasuredLatency[] {
  if (!Array.isArray(data) || data.length === 0)
    throw inputInvalid("measurements", "must be a list that is not empty.");
  return data.map((each: unknown, index) => {
    const inputs = readInputs(each, `measurements[${index}]`);
    const threads = inputs.amount("threads");
    if (threads.lt(ONE) || !threads.eq(threads.round(0))) {
      throw inputInvalid(`measurements[${index}].threads`, "must be a whole number, 1 or more.");
    }
    const measurement: MeasuredLatency = {
      threads: threads.toNumber(),
      durationMs: inputs.amount("durationMs").toFixed(),
      architecture: inputs.has("architecture") ? inputs.choice("architecture", ["x64", "arm64"]) : "x64",
    };
    inputs.finish();
    return measurement;
  });
}
