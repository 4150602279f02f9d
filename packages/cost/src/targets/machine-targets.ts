import type { Component } from "../bill/bill.ts";
import { peakInstances, scaledInstanceHours, workersOf } from "../capacity/capacity.ts";
import { type Decimal, decimal, larger, ONE, show, ZERO } from "../decimal/decimal.ts";
import type { InputReader } from "../input-reader.ts";
import type { UnknownRecord } from "../unknown-record.ts";
import type { Load } from "../workload/load.ts";
import { brokenLimits, type Limits, tooLittleMemory } from "./limits.ts";
import { type Machine, machineOf } from "./machines.ts";
import type { Plan, Planner, Settings } from "./plan.ts";
import { AWS, BYTES_PER_GB, GOOGLE, logsAndEgress, openFigures, storedModel } from "./surroundings.ts";

const SECONDS_PER_HOUR = decimal(3_600);
/** Memory of a machine that its system keeps. */
const SYSTEM_MB = decimal(512);

/** Instances that serve a load, and what they are called. */
interface Fleet {
  readonly type: string;
  readonly machine: Machine;
  readonly peak: Decimal;
  /** The number that exists on average over the month. */
  readonly average: Decimal;
}

/** What differs between the products that rent out instances. */
interface MachineProduct {
  readonly name: string;
  readonly cloud: typeof AWS;
  readonly limits: Limits;
  /** Instances that exist without a request. */
  readonly least: Decimal;
  readonly components: (fleet: Fleet, region: string, load: Load, target: InputReader) => Component[];
  readonly isScaledByDefault?: boolean;
  readonly notPriced?: (fleet: Fleet) => string[];
}

function planMachines(product: MachineProduct): Planner {
  return (target, region, load, settings) => {
    const fleet = readFleet(product, target, load, settings);
    const isScaled = isAutoscaled(product, target);
    return {
      name: `${product.name} ${fleet.type}`,
      memoryMb: fleet.machine.memoryMb,
      instances: fleet.peak,
      components: [
        ...product.components(fleet, region, load, target),
        ...storedModel(product.cloud, region, load, fleet.peak),
        ...logsAndEgress(product.cloud, region, load, settings),
      ],
      problems: [
        ...tooLittleMemory(load, larger(ZERO, fleet.machine.memoryMb.minus(SYSTEM_MB))),
        ...brokenLimits(product.limits, load),
      ],
      assumptions: describeFleet(fleet, load, settings, isScaled),
      warnings: throttled(product, fleet, load),
      notPriced: [...openFigures(load), ...(product.notPriced?.(fleet) ?? [])],
    };
  };
}

function isAutoscaled({ isScaledByDefault }: MachineProduct, target: InputReader): boolean {
  return target.has("autoscaling") ? target.flag("autoscaling") : isScaledByDefault === true;
}

function readFleet(product: MachineProduct, target: InputReader, load: Load, settings: Settings): Fleet {
  const type = target.text("machine");
  const machine = machineOf(type);
  const capacity = { vcpu: machine.vcpu, maxUtilization: settings.maxUtilization };
  const peak = peakInstances(load, capacity);
  const average = isAutoscaled(product, target)
    ? scaledInstanceHours(load, capacity, product.least).div(load.hoursPerMonth)
    : peak;
  return { type, machine, peak, average };
}

function describeFleet(
  { type, machine, peak }: Fleet,
  load: Load,
  settings: Settings,
  isScaled: boolean,
): Plan["assumptions"] {
  const workers = workersOf(machine.vcpu, load);
  const busy = settings.maxUtilization.times(100).toFixed();
  const when = isScaled ? "in the busiest hour" : "all the time";
  return [
    `${show(peak)} × ${type} ${when}, each with room for ${show(workers)} at once and busy at most ${busy} % of the time`,
  ];
}

const MACHINE_WAY_OUT = "take ec2 or run, or send smaller bodies";

/** A SageMaker endpoint that answers at once. */
export const planSageMaker: Planner = planMachines({
  name: "SageMaker real-time",
  cloud: AWS,
  limits: { requestMb: "25", responseMb: "25", timeoutSeconds: 60, wayOut: "take sagemaker-async or ec2" },
  least: ONE,
  components: (fleet, region, load, target) => [endpoint(fleet, region, load, target, dataInputs(load))],
});

/** A SageMaker endpoint that takes its requests from a queue, without instances while there are none. */
export const planSageMakerAsync: Planner = planMachines({
  name: "SageMaker asynchronous",
  cloud: AWS,
  limits: { requestMb: "1024", responseMb: "1024", timeoutSeconds: 3_600, wayOut: "take ec2" },
  least: ZERO,
  isScaledByDefault: true,
  components: (fleet, region, load, target) => [endpoint(fleet, region, load, target, {}), ...payloads(region, load)],
});

function endpoint(fleet: Fleet, region: string, load: Load, target: InputReader, data: UnknownRecord): Component {
  const diskGb = target.optionalAmount("diskGb");
  const inputs = {
    instanceType: fleet.type,
    count: fleet.average.toFixed(),
    hours: load.hoursPerMonth.toFixed(),
    ...(diskGb === undefined ? {} : { storage: { gb: diskGb.toFixed(), days: 1, daysPerMonth: 1 } }),
    ...data,
  };
  return { id: "endpoint", service: "aws.sagemakerRealtime", region, inputs };
}

/** Bytes that SageMaker moves in and out. */
export function dataInputs(load: Load): UnknownRecord {
  const inGb = (bytes: Decimal): string => load.requests.times(bytes).div(BYTES_PER_GB).toFixed();
  return {
    ...(load.requestBytes === undefined ? {} : { dataInGb: inGb(load.requestBytes) }),
    ...(load.responseBytes === undefined ? {} : { dataOutGb: inGb(load.responseBytes) }),
  };
}

/** A request is written to a bucket and read from it, and so is its answer. */
function payloads(region: string, load: Load): Component[] {
  const twice = load.requests.times(2).toFixed();
  return [
    { id: "payloads", service: "aws.s3", region, inputs: { gb: 0, reads: twice, writes: twice }, isSupport: true },
  ];
}

/** A Vertex AI endpoint. */
export const planVertex: Planner = planMachines({
  name: "Vertex AI",
  cloud: GOOGLE,
  limits: { requestMb: "1.5", responseMb: "1.5", timeoutSeconds: 600, wayOut: MACHINE_WAY_OUT },
  least: ONE,
  components: (fleet, region, load) => [
    {
      id: "endpoint",
      service: "gcp.vertexOnline",
      region,
      inputs: { machineType: fleet.type, replicas: fleet.average.toFixed(), hours: load.hoursPerMonth.toFixed() },
    },
  ],
});

const EC2 = "EC2";
const DEFAULT_DISK_GB = decimal(20);

/** Instances on EC2 with a disk and a public address each. */
export const planEc2: Planner = planMachines({
  name: EC2,
  cloud: AWS,
  limits: { requestMb: "1048576", responseMb: "1048576", timeoutSeconds: 86_400, wayOut: "split the request" },
  least: ONE,
  components: (fleet, region, load, target) => {
    const diskGb = (target.optionalAmount("diskGb") ?? DEFAULT_DISK_GB).times(fleet.average);
    const isPublic = target.has("publicAddress") ? target.flag("publicAddress") : true;
    const surplus = surplusHours(fleet, load);
    const inputs = {
      instanceType: fleet.type,
      count: fleet.average.toFixed(),
      hours: load.hoursPerMonth.toFixed(),
      ...(diskGb.eq(0) ? {} : { gp3Gb: diskGb.toFixed() }),
      ...(isPublic ? { publicIpv4: fleet.average.toFixed() } : {}),
      ...(surplus.eq(0) ? {} : { surplusVcpuHours: surplus.toFixed() }),
    };
    return [{ id: "server", service: "aws.ec2", region, inputs }];
  },
  notPriced: ({ peak }) => (peak.gt(ONE) ? ["a load balancer"] : []),
});

/** On SageMaker nobody can pay for CPU above the baseline of a T type: it slows down. */
function throttled({ name, cloud }: MachineProduct, fleet: Fleet, load: Load): string[] {
  if (cloud !== AWS || name === EC2 || surplusHours(fleet, load).eq(0)) return [];
  const share = fleet.machine.baseline.times(100).toFixed();
  return [`${fleet.type} slows down when its CPUs are busy for more than ${share} % of the time, as they are here`];
}

/** CPU time above what a T type may use all the time. */
function surplusHours({ machine, average }: Fleet, load: Load): Decimal {
  if (machine.baseline.eq(ONE)) return ZERO;
  const busy = load.requests.times(load.durationSeconds).times(load.threads).div(SECONDS_PER_HOUR);
  const included = average.times(load.hoursPerMonth).times(machine.vcpu).times(machine.baseline);
  return larger(ZERO, busy.minus(included));
}
