import { inputInvalid } from "../cost-error.ts";
import { type Decimal, type DecimalInput, decimal, ONE, parseDecimal, write } from "../decimal/decimal.ts";

/** What a type of machine has. */
export interface Machine {
  readonly vcpu: Decimal;
  readonly memoryMb: Decimal;
  /** Share of each CPU that a T type may use all the time; more is billed on top. */
  readonly baseline: Decimal;
}

const MB_PER_GIB = 1_024;

/** vCPUs, GiB and, of T types, the baseline share, as their makers publish them. */
const FACTS: Readonly<Record<string, readonly [vcpu: number, memoryGib: number, baseline?: string]>> = {
  "t2.medium": [2, 4, "0.2"],
  "t3.micro": [2, 1, "0.1"],
  "t3.small": [2, 2, "0.2"],
  "t3.medium": [2, 4, "0.2"],
  "t3.large": [2, 8, "0.3"],
  "t3.xlarge": [4, 16, "0.4"],
  "t4g.medium": [2, 4, "0.2"],
  "m5.large": [2, 8],
  "m5.xlarge": [4, 16],
  "m7g.large": [2, 8],
  "c5.large": [2, 4],
  "c5.xlarge": [4, 8],
  "c6g.large": [2, 4],
  "c7g.medium": [1, 2],
  "c7g.large": [2, 4],
  "c7g.xlarge": [4, 8],
  "c7i.large": [2, 4],
  "g4dn.xlarge": [4, 16],
  "g4dn.4xlarge": [16, 64],
  "g4dn.12xlarge": [48, 192],
  "g5.xlarge": [4, 16],
  "g5.12xlarge": [48, 192],
  "g6.xlarge": [4, 16],
  "inf2.xlarge": [4, 16],
  "e2-standard-2": [2, 8],
  "e2-standard-4": [4, 16],
  "n1-standard-2": [2, 7.5],
  "n1-standard-4": [4, 15],
  "n1-highmem-2": [2, 13],
};

/** The machine behind a type; `ml.` in front makes no difference. @throws CostError naming the field. */
export function machineOf(type: string): Machine {
  const name = type.replace(/^ml\./, "");
  const facts = Object.hasOwn(FACTS, name) ? FACTS[name] : undefined;
  if (facts === undefined) {
    throw inputInvalid(
      "target.machine",
      `is no type that is known: ${type}; there is: ${Object.keys(FACTS).join(", ")}.`,
    );
  }
  const [vcpu, memoryGib, baseline] = facts;
  return {
    vcpu: decimal(vcpu),
    memoryMb: decimal(memoryGib * MB_PER_GIB),
    baseline: baseline === undefined ? ONE : decimal(baseline),
  };
}

/**
 * What an hour of a machine costs where its CPUs and its memory are priced apart.
 *
 * @throws CostError `INPUT_INVALID` for a type that is not known.
 */
export function machinePrice(type: string, perVcpuHour: DecimalInput, perGibHour: DecimalInput): string {
  const { vcpu, memoryMb } = machineOf(type);
  const memoryPrice = memoryMb.div(MB_PER_GIB).times(parseDecimal(perGibHour, "perGibHour"));
  return write(vcpu.times(parseDecimal(perVcpuHour, "perVcpuHour")).plus(memoryPrice));
}
