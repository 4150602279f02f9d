import type { Component } from "../bill/bill.ts";
import { ceilTo, type Decimal, decimal, ONE } from "../decimal/decimal.ts";
import { allowanceOf, type PriceBook } from "../price-book/price-book.ts";
import type { Load } from "../workload/load.ts";
import type { Settings } from "./plan.ts";

export const BYTES_PER_GB: Decimal = decimal(1_073_741_824);
/** Weights are fetched in ranges of this size, each a request of its own. */
const RANGE_BYTES = decimal(8_388_608);
/** An alias is read before the ranges. */
const READS_PER_FETCH = ONE;

/** Which services of a cloud stand beside a target. */
interface Cloud {
  readonly logs: string;
  readonly egress: string;
  readonly objects: string;
  readonly logsAllowance: string;
  readonly egressAllowance?: string;
}

export const AWS: Cloud = {
  logs: "aws.cloudwatchLogs",
  egress: "aws.dataTransfer",
  objects: "aws.s3",
  logsAllowance: "aws/cloudwatchLogs/global/freeTier",
  egressAllowance: "aws/dataTransfer/global/freeTier.internetOut",
};

export const GOOGLE: Cloud = {
  logs: "gcp.cloudLogging",
  egress: "gcp.network",
  objects: "gcp.cloudStorage",
  logsAllowance: "gcp/cloudLogging/global/freeTier.ingest",
};

/** Log lines that a load writes, and answers that leave the cloud. */
export function logsAndEgress(cloud: Cloud, region: string, load: Load, settings: Settings): Component[] {
  const egressBytes = load.isFromInternet ? load.responseBytes : undefined;
  return [
    ...metered("logs", cloud.logs, region, load, load.logBytes, free(settings, cloud.logsAllowance)),
    ...metered("egress", cloud.egress, region, load, egressBytes, free(settings, cloud.egressAllowance)),
  ];
}

function metered(
  id: string,
  service: string,
  region: string,
  load: Load,
  bytes: Decimal | undefined,
  freeGb: string | undefined,
): Component[] {
  if (bytes === undefined || bytes.eq(0)) return [];
  const inputs = {
    requests: load.requests.toFixed(),
    kbPerRequest: bytes.div(1_024).toFixed(),
    kbPerGb: 1_048_576,
    ...(freeGb === undefined ? {} : { freeGb }),
  };
  return [{ id, service, region, inputs, isSupport: true }];
}

/** The model in a bucket, read by every instance that starts. */
export function storedModel(cloud: Cloud, region: string, load: Load, starts: Decimal): Component[] {
  if (load.modelBytes === undefined) return [];
  const readsPerStart = ceilTo(load.modelBytes.div(RANGE_BYTES), ONE).plus(READS_PER_FETCH);
  const inputs = {
    gb: load.modelBytes.div(BYTES_PER_GB).toFixed(),
    reads: starts.times(readsPerStart).toFixed(),
  };
  return [{ id: "weights", service: cloud.objects, region, inputs, isSupport: true }];
}

/** What the workload leaves open and an estimate therefore leaves out. */
export function openFigures(load: Load): string[] {
  const open = [
    { name: "logs (logBytes is not given)", isOpen: load.logBytes === undefined },
    { name: "traffic to callers (responseBytes is not given)", isOpen: load.responseBytes === undefined },
    { name: "storage of the model (modelBytes is not given)", isOpen: load.modelBytes === undefined },
    { name: "starts of instances (coldStart is not given)", isOpen: load.coldStart === undefined },
  ];
  return open.filter(({ isOpen }) => isOpen).map(({ name }) => name);
}

function free({ isFree, book }: Settings, id: string | undefined): string | undefined {
  return isFree && id !== undefined ? allowance(book, id) : undefined;
}

/** A free quantity of the book. */
export function allowance(book: PriceBook, id: string): string {
  return allowanceOf(book, id).quantity.toFixed();
}
