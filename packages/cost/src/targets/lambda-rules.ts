import { type Decimal, decimal, show } from "../decimal/decimal.ts";
import type { Load } from "../workload/load.ts";
import { brokenLimits, tooLittleMemory } from "./limits.ts";

/** A Lambda function as it is to be deployed. */
export interface LambdaSetup {
  readonly architecture: "x64" | "arm64";
  readonly memoryMb: Decimal;
  readonly ephemeralMb: Decimal;
  readonly front: "url" | "http-api" | "rest-api";
  readonly weights: "s3" | "efs";
  readonly provisioned?: { readonly concurrency: Decimal; readonly hours: Decimal };
  /** Versions whose snapshots are kept. */
  readonly snapshots?: Decimal;
  /** Whether answers are streamed. */
  readonly isStreaming: boolean;
}

/** The smallest function. */
export const LEAST_MB: Decimal = decimal(128);
const MOST_MB = decimal(10_240);
const SNAP_START_DISK_MB = decimal(512);
/** A function has one vCPU with this much memory, and so in proportion. */
const MB_PER_VCPU = decimal(1_769);
const TIMEOUT_SECONDS = { url: 900, "http-api": 30, "rest-api": 29 } as const;
const BUFFERED = {
  requestMb: "6",
  responseMb: "6",
  wayOut: "take a container (run, sagemaker, ec2) or smaller bodies",
};

const STREAMED = { responseMb: "200" };

/** vCPUs of a function. */
export function lambdaCpus(memoryMb: Decimal): Decimal {
  return memoryMb.div(MB_PER_VCPU);
}

/** The platform's rules that a function would break. */
export function lambdaProblems(setup: LambdaSetup, load: Load): string[] {
  const { memoryMb, ephemeralMb, front, provisioned, snapshots, weights, isStreaming } = setup;
  const isSizeWrong = memoryMb.lt(LEAST_MB) || memoryMb.gt(MOST_MB) || !memoryMb.round(0).eq(memoryMb);
  return [
    ...(isSizeWrong ? [`memory is from 128 to 10,240 MB in steps of 1 MB, not ${show(memoryMb)}`] : []),
    ...tooLittleMemory(load, memoryMb),
    ...(ephemeralMb.gt(MOST_MB)
      ? [`/tmp has at most 10,240 MB, and ${show(ephemeralMb)} are needed: keep the weights on EFS`]
      : []),
    ...brokenLimits({ ...BUFFERED, ...(isStreaming ? STREAMED : {}), timeoutSeconds: TIMEOUT_SECONDS[front] }, load),
    ...(isStreaming && front === "http-api" ? ["an HTTP API does not stream: take the front url"] : []),
    ...(isStreaming && weights === "efs"
      ? ["a function URL in a VPC, as EFS needs one, does not stream: take s3"]
      : []),
    ...(snapshots === undefined ? [] : snapStartProblems(ephemeralMb, weights, provisioned !== undefined)),
  ];
}

function snapStartProblems(ephemeralMb: Decimal, weights: LambdaSetup["weights"], isProvisioned: boolean): string[] {
  return [
    ...(weights === "efs" ? ["SnapStart does not work with EFS: read weights from S3"] : []),
    ...(ephemeralMb.gt(SNAP_START_DISK_MB) ? ["SnapStart works with at most 512 MB of /tmp: leave it out"] : []),
    ...(isProvisioned ? ["SnapStart does not work with provisioned concurrency: leave one out"] : []),
  ];
}

/** What may make the figure of a function wrong. */
export function lambdaWarnings({ memoryMb }: LambdaSetup, load: Load): string[] {
  const cpus = lambdaCpus(memoryMb);
  if (load.threads.lte(cpus)) return [];
  return [
    `Lambda with ${show(memoryMb)} MB has ${show(cpus.round(2))} vCPU: a request that keeps ${show(load.threads)} vCPU busy takes longer there`,
  ];
}
