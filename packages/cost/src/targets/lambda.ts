import type { Component } from "../bill/bill.ts";
import { ceilTo, type Decimal, decimal, larger, ONE, show, smaller, sum } from "../decimal/decimal.ts";
import type { InputReader } from "../input-reader.ts";
import type { UnknownRecord } from "../unknown-record.ts";
import { coldStartRate } from "../workload/cold-starts.ts";
import type { Load } from "../workload/load.ts";
import { type LambdaSetup, LEAST_MB, lambdaProblems, lambdaWarnings } from "./lambda-rules.ts";
import type { Plan, Planner, Settings } from "./plan.ts";
import { AWS, allowance, BYTES_PER_GB, logsAndEgress, openFigures, storedModel } from "./surroundings.ts";

const SECONDS_PER_HOUR = decimal(3_600);
const LEAST_EPHEMERAL_MB = decimal(512);
/** AWS publishes no number; an unused instance was seen to live for five to fifteen minutes. */
const KEPT_WARM_SECONDS = 600;
const UNIT_BYTES = decimal(524_288);
const BYTES_PER_MB = decimal(1_048_576);
const MB_PER_GB = decimal(1_024);

/** A Lambda function, its front, the place of its weights, its logs and its answers' way out. */
export const planLambda: Planner = (target, region, load, settings) => {
  const setup = readSetup(target, load);
  const rate = coldStartRate(load, KEPT_WARM_SECONDS);
  const starts = load.requests.times(rate);
  const components: Component[] = [
    { id: "lambda", service: "aws.lambda", region, inputs: functionInputs(setup, load, rate, settings) },
    ...frontOf(setup, region, load),
    ...weightsOf(setup, region, load, starts),
    ...logsAndEgress(AWS, region, load, settings),
  ];
  return {
    name: nameOf(setup),
    memoryMb: setup.memoryMb,
    components,
    problems: lambdaProblems(setup, load),
    assumptions: assumptionsOf(setup, load, rate),
    // A time that was measured on the target is what it is.
    warnings: target.has("durationMs") ? [] : lambdaWarnings(setup, load),
    notPriced: [...openFigures(load), ...(setup.weights === "efs" ? ["the VPC's endpoints or NAT gateway"] : [])],
  };
};

function readSetup(target: InputReader, load: Load): LambdaSetup {
  const provisioned = target.has("provisionedConcurrency") ? target.group("provisionedConcurrency") : undefined;
  const weights = target.has("weights") ? target.choice("weights", ["s3", "efs"]) : "s3";
  return {
    architecture: target.has("architecture") ? target.choice("architecture", ["x64", "arm64"]) : "x64",
    // What a request needs may be less than any function has.
    memoryMb: target.optionalAmount("memoryMb") ?? larger(LEAST_MB, ceilTo(load.memoryMb, ONE)),
    ephemeralMb: target.optionalAmount("ephemeralMb") ?? neededDiskMb(load, weights),
    front: target.has("front") ? target.choice("front", ["url", "http-api", "rest-api"]) : "url",
    weights,
    ...(provisioned === undefined
      ? {}
      : {
          provisioned: {
            concurrency: provisioned.amount("concurrency"),
            hours: provisioned.optionalAmount("hours") ?? load.hoursPerMonth,
          },
        }),
    isStreaming: target.flag("streaming"),
    ...(target.has("snapStart") ? { snapshots: target.group("snapStart").amount("versions") } : {}),
  };
}

/** Weights that are not shared lie in /tmp. */
function neededDiskMb(load: Load, weights: LambdaSetup["weights"]): Decimal {
  const modelMb = weights === "efs" ? undefined : load.modelBytes?.div(BYTES_PER_MB);
  return larger(LEAST_EPHEMERAL_MB, ceilTo(modelMb ?? LEAST_EPHEMERAL_MB, ONE));
}

function functionInputs(setup: LambdaSetup, load: Load, rate: Decimal, { isFree, book }: Settings): UnknownRecord {
  const onProvisioned = requestsOnProvisioned(setup, load);
  const initMs = load.coldStart?.initMs;
  return {
    requests: load.requests.minus(onProvisioned).toFixed(),
    durationMs: load.durationMs.toFixed(),
    memoryMb: setup.memoryMb.toFixed(),
    architecture: setup.architecture === "x64" ? "x86_64" : "arm64",
    ephemeralMb: setup.ephemeralMb.toFixed(),
    freeTier: isFree,
    ...(setup.isStreaming ? { streaming: streamingInputs(load, isFree, book) } : {}),
    ...(isFree
      ? {
          freeTierRequests: allowance(book, "aws/lambda/global/freeTier.requests"),
          freeTierGbSeconds: allowance(book, "aws/lambda/global/freeTier.duration"),
        }
      : {}),
    ...(setup.provisioned === undefined
      ? {}
      : {
          provisionedConcurrency: {
            concurrency: setup.provisioned.concurrency.toFixed(),
            hours: setup.provisioned.hours.toFixed(),
            requests: onProvisioned.toFixed(),
            durationMs: load.durationMs.toFixed(),
          },
        }),
    // A restored instance has no INIT.
    ...(setup.snapshots === undefined && initMs !== undefined
      ? { coldStart: { rate: rate.toFixed(), initMs: initMs.toFixed() } }
      : {}),
    ...(setup.snapshots === undefined
      ? {}
      : {
          snapStart: {
            versions: setup.snapshots.toFixed(),
            activeSeconds: load.hoursPerMonth.times(SECONDS_PER_HOUR).toFixed(),
            restoreRate: rate.toFixed(),
          },
        }),
  };
}

function streamingInputs(load: Load, isFree: boolean, book: Settings["book"]): UnknownRecord {
  const answerMb = (load.responseBytes ?? decimal(0)).div(BYTES_PER_MB);
  return {
    classes: [{ requests: load.requests.toFixed(), mb: answerMb.toFixed() }],
    freeMbPerRequest: allowance(book, "aws/lambda/global/streaming.perRequest"),
    freeGbLeft: isFree ? allowance(book, "aws/lambda/global/freeTier.streaming") : 0,
    mbPerGb: MB_PER_GB.toFixed(),
  };
}

/** Requests that find a provisioned instance, hour by hour. */
function requestsOnProvisioned({ provisioned }: LambdaSetup, load: Load): Decimal {
  if (provisioned === undefined || provisioned.concurrency.eq(0)) return decimal(0);
  // Requests that take no time all find one.
  const perHour = load.durationSeconds.eq(0)
    ? load.requests
    : provisioned.concurrency.times(SECONDS_PER_HOUR).div(load.durationSeconds);
  const served = sum(load.traffic.map(({ requests, hours }) => hours.times(smaller(requests, perHour))));
  // An hour's requests are a quotient, whose last digits are none of the month's.
  return smaller(load.requests, served.times(provisioned.hours).div(load.hoursPerMonth).round(12));
}

function frontOf({ front }: LambdaSetup, region: string, load: Load): Component[] {
  if (front === "url") return [];
  const bodyBytes = larger(load.requestBytes ?? ONE, load.responseBytes ?? ONE);
  const units = larger(ONE, ceilTo(bodyBytes.div(UNIT_BYTES), ONE));
  const requests = load.requests.toFixed();
  const inputs =
    front === "http-api" ? { kind: "HTTP", requests, unitsPerRequest: units.toFixed() } : { kind: "REST", requests };
  return [{ id: "front", service: "aws.apiGateway", region, inputs, isSupport: true }];
}

function weightsOf({ weights }: LambdaSetup, region: string, load: Load, starts: Decimal): Component[] {
  if (weights === "s3" || load.modelBytes === undefined) return storedModel(AWS, region, load, starts);
  const modelGb = load.modelBytes.div(BYTES_PER_GB);
  const inputs = { averageGb: modelGb.toFixed(), elasticReadGb: starts.times(modelGb).toFixed() };
  return [{ id: "weights", service: "aws.efs", region, inputs, isSupport: true }];
}

function nameOf({ architecture, memoryMb, front, weights, provisioned, snapshots }: LambdaSetup): string {
  const parts = [
    `Lambda ${architecture}`,
    `${memoryMb.toFixed()} MB`,
    ...(front === "url" ? [] : [front]),
    ...(weights === "s3" ? [] : [weights]),
    ...(provisioned === undefined ? [] : [`${provisioned.concurrency.toFixed()} provisioned`]),
    ...(snapshots === undefined ? [] : ["SnapStart"]),
  ];
  return parts.join(", ");
}

function assumptionsOf({ ephemeralMb, weights }: LambdaSetup, load: Load, rate: Decimal): Plan["assumptions"] {
  return [
    ...(load.coldStart === undefined || load.coldStart.initMs.eq(0) || load.coldStart.rate !== undefined
      ? []
      : [
          `${show(rate.times(100).round(6))} % of requests are cold: instances are kept for ${KEPT_WARM_SECONDS / 60} minutes`,
        ]),
    ...(ephemeralMb.gt(LEAST_EPHEMERAL_MB) ? [`/tmp has ${show(ephemeralMb)} MB`] : []),
    ...(weights === "efs" ? ["each cold start reads the whole model through EFS's elastic throughput"] : []),
  ];
}
