import { type Decimal, type DecimalInput, decimal, larger, ONE, parseDecimal, write } from "../decimal/decimal.ts";
import { type Estimate, type EstimateOptions, estimate } from "../estimate.ts";
import type { PriceBook } from "../price-book/price-book.ts";
import { lambdaCpus } from "../targets/lambda-rules.ts";
import { machineOf } from "../targets/machines.ts";
import type { MachineTarget, Target } from "../targets/target.ts";
import type { Workload } from "../workload/workload.ts";
import { type Architecture, expectedLatency, type MeasuredLatency } from "./latency.ts";

/** What is wanted: the cheapest place in which a request is answered in time. */
export interface RecommendationRequest {
  /** Its `durationMs` and `threads` are replaced by what is expected on each target. */
  readonly workload: Omit<Workload, "durationMs" | "threads">;
  readonly measured: readonly MeasuredLatency[];
  /** Time in ms in which a warm request is to be worked on. */
  readonly goalMs: DecimalInput;
  readonly awsRegion: string;
  readonly googleRegion: string;
}

/** One way to serve, with the time that a request is expected to take there. */
export interface ServingOption {
  readonly target: Target;
  readonly latencyMs: string;
  readonly threads: number;
  readonly meetsGoal: boolean;
  readonly estimate: Estimate;
}

/** Ways to serve, and the one to take. */
export interface Recommendation {
  /** The cheapest that meets the goal; absent where none does. */
  readonly best?: ServingOption;
  /** Those that meet the goal first, cheapest first; then the others, fastest first. */
  readonly options: readonly ServingOption[];
  /** What was left out, and why. */
  readonly leftOut: readonly string[];
}

/** Sizes at which a function gets so many whole CPUs (1,769 MB each), and common ones between. */
const LAMBDA_MB = [128, 256, 512, 1_024, 1_769, 2_048, 3_072, 3_538, 5_307, 7_076, 8_845, 10_240];
const RUN_CPUS = [1, 2, 4, 8];
const MB_PER_GIB = decimal(1_024);
/** Without those that have an accelerator, and without T2, which slows down when its CPUs are used for long. */
const CPU_MACHINES = /^(ml\.)?(t[3-9]|m\d|c\d|e2|n1)[a-z]*[.-](micro|small|medium|x?large|standard-\d|highmem-\d)$/;
const ARM_MACHINES = /^(t4g|c6g|c7g|m7g)\./;

/** A place to serve, before it is known how long a request takes there. */
interface Place {
  readonly target: Target;
  readonly architecture: Architecture;
  readonly vcpu: Decimal;
}

/**
 * Finds memory size, architecture and target for a latency goal, from times that were measured at several numbers of
 * threads.
 *
 * @throws CostError `INPUT_INVALID` naming the field.
 */
export function recommend(
  request: RecommendationRequest,
  book: PriceBook,
  options: EstimateOptions = {},
): Recommendation {
  const goal = parseDecimal(request.goalMs, "goalMs");
  const places = [...lambdaPlaces(request), ...runPlaces(request), ...machinePlaces(request, book)];
  const found = places
    .flatMap((place) => toOption(place, request, goal, book, options))
    .filter(({ estimate: { isPossible } }) => isPossible);
  const inTime = found.filter(({ meetsGoal }) => meetsGoal).sort(byCost);
  const late = found.filter(({ meetsGoal }) => !meetsGoal).sort(byLatency);
  const [best] = inTime;
  return { ...(best === undefined ? {} : { best }), options: [...inTime, ...late], leftOut: leftOut(request.measured) };
}

function lambdaPlaces({ workload, awsRegion }: RecommendationRequest): Place[] {
  const needed = parseDecimal(workload.memoryMb, "workload.memoryMb");
  const sizes = [needed, ...LAMBDA_MB.map((mb) => decimal(mb)).filter((mb) => mb.gt(needed))];
  return (["x64", "arm64"] as const).flatMap((architecture) =>
    sizes.map((memoryMb): Place => {
      const target: Target = { product: "lambda", region: awsRegion, architecture, memoryMb: memoryMb.toFixed() };
      return { target, architecture, vcpu: lambdaCpus(memoryMb) };
    }),
  );
}

function runPlaces({ workload, googleRegion }: RecommendationRequest): Place[] {
  const neededGib = parseDecimal(workload.memoryMb, "workload.memoryMb").div(MB_PER_GIB);
  return RUN_CPUS.map((cpus): Place => {
    // More than four CPUs come with at least 4 GiB, more than one with half a GiB.
    const memoryGib = larger(neededGib, decimal(cpus > 4 ? 4 : "0.5"));
    const target: Target = { product: "run", region: googleRegion, vcpu: cpus, memoryGib: memoryGib.toFixed() };
    return { target, architecture: "x64", vcpu: decimal(cpus) };
  });
}

const MACHINE_PRODUCTS: readonly { readonly product: MachineTarget["product"]; readonly prefix: string }[] = [
  { product: "ec2", prefix: "aws/ec2" },
  { product: "sagemaker", prefix: "aws/sagemakerRealtime" },
  { product: "vertex", prefix: "gcp/vertexOnline" },
];

/** Every type of machine that the book has a price for and whose time can be told from the measured ones. */
function machinePlaces({ awsRegion, googleRegion }: RecommendationRequest, book: PriceBook): Place[] {
  return MACHINE_PRODUCTS.flatMap(({ product, prefix }) => {
    const region = product === "vertex" ? googleRegion : awsRegion;
    const start = `${prefix}/${region}/`;
    const types = [...book.prices.keys()].filter((id) => id.startsWith(start)).map((id) => id.slice(start.length));
    return types
      .filter((type) => CPU_MACHINES.test(type))
      .map((machine): Place => {
        const architecture = ARM_MACHINES.test(machine) ? "arm64" : "x64";
        return { target: { product, region, machine }, architecture, vcpu: machineOf(machine).vcpu };
      });
  });
}

function toOption(
  { target, architecture, vcpu }: Place,
  { workload, measured }: RecommendationRequest,
  goal: Decimal,
  book: PriceBook,
  options: EstimateOptions,
): ServingOption[] {
  const latency = expectedLatency(measured, architecture, vcpu);
  if (latency === undefined) return [];
  const threads = larger(ONE, latency.threads).toNumber();
  const durationMs = latency.durationMs.toFixed();
  const found = estimate({ ...workload, durationMs, threads }, { ...target, durationMs }, book, options);
  return [
    {
      target,
      latencyMs: write(latency.durationMs),
      threads,
      meetsGoal: latency.durationMs.lte(goal),
      estimate: found,
    },
  ];
}

function byCost(one: ServingOption, other: ServingOption): number {
  return costOf(one).cmp(costOf(other));
}

function costOf({ estimate: found }: ServingOption): Decimal {
  return decimal(found.isPossible ? found.exactTotal : 0);
}

function byLatency(one: ServingOption, other: ServingOption): number {
  return decimal(one.latencyMs).cmp(decimal(other.latencyMs));
}

function leftOut(measured: readonly MeasuredLatency[]): string[] {
  const architectures = new Set(measured.map(({ architecture }) => architecture ?? "x64"));
  const missing = (["x64", "arm64"] as const).filter((each) => !architectures.has(each));
  return [
    ...missing.map((each) => `${each}: no time was measured on it`),
    "SageMaker Serverless and App Engine: how many CPUs come with a size is not published",
    "machines with an accelerator: no time was measured on one",
  ];
}
