import { type Bench, defineBench, type Progress } from "../frame/bench.ts";
import { type Row, toRow } from "../frame/row.ts";
import { median } from "../frame/statistics.ts";
import { type ControlGroup, makeControlGroup, withControlGroup } from "../limits/control-group.ts";
import { DEFAULT_CACHE } from "../models/model-file.ts";
import { type LoadGenerator, startLoadGenerator } from "../throughput/load-generator.ts";
import { describeCells } from "../throughput/load-rows.ts";
import { type Cell, findWorkloads } from "../throughput/measure-load.ts";
import { NAIVE, OURS, tunedByHand } from "../throughput/node-contenders.ts";
import { loadInTurn, withContenders } from "../throughput/run-contenders.ts";
import type { Sample } from "../throughput/running-contender.ts";
import type { Workload } from "../throughput/workloads.ts";

const PERIOD_US = 100_000;
/** What somebody who knows the runtime tries. */
const TUNED = [1, 2].map((threads) => tunedByHand({ threads, isSpinning: false }));

/** Throughput with a part of a CPU, as containers and functions have it. */
export const quota: Bench = defineBench({
  name: "quota",
  summary:
    "requests per second below a CPU quota: ours with nothing tuned, the runtime's defaults, the best hand tuning",
  flags: {
    cpus: { default: 0.56, description: "the quota in CPUs" },
    rounds: { default: 5, description: "measured rounds" },
    seconds: { default: 4, description: "seconds of one measurement" },
    warmup: {
      default: 8,
      description: "seconds of load before the first round: with part of a CPU, compilers need long",
    },
    clients: { default: 8, description: "number of clients" },
    models: { default: "mobilenet,mlp,transformer", description: "models to measure" },
    cache: { default: DEFAULT_CACHE, description: "directory of the generated models" },
  },
  async measure({ cpus, models, ...settings }, progress) {
    const workloads = findWorkloads(models);
    const reason = await whyUnlimited(cpus);
    if (reason !== undefined) {
      return { rows: [], notes: [`skipped: this process may not limit CPUs by a control group (${reason})`] };
    }
    const generator = startLoadGenerator();
    const rows: Row[] = [];
    const cells: Cell[] = [];
    try {
      for (const workload of workloads) {
        const samples = await withControlGroup(makeCpuGroup(cpus), (launcher) =>
          measureWorkload(workload, { ...settings, launcher, generator, progress }),
        );
        rows.push(...toRows(workload, cpus, samples));
        for (const [contender, each] of samples) {
          cells.push({ workload, clients: settings.clients, contender, samples: each });
        }
      }
    } finally {
      await generator.stop();
    }
    return { rows, notes: [NOTE, describeCells(cells)] };
  },
});

const NOTE =
  "all servers in one control group with the quota, under load in turn; the load generator outside of it; " +
  "naive: node:http with the runtime's defaults, or with the better of 1 and 2 threads that do not spin";

interface Circumstances {
  readonly rounds: number;
  readonly seconds: number;
  readonly warmup: number;
  readonly clients: number;
  readonly cache: string;
  readonly launcher: readonly string[];
  readonly generator: LoadGenerator;
  readonly progress: Progress;
}

type Samples = ReadonlyMap<string, readonly Sample[]>;

function measureWorkload(workload: Workload, circumstances: Circumstances): Promise<Samples> {
  const { rounds, clients, warmup: firstLoadSeconds, progress } = circumstances;
  const onFailure = (_: unknown, error: unknown): never => {
    throw error;
  };
  const contenders = [OURS, NAIVE, ...TUNED];
  return withContenders({ ...circumstances, workload, contenders, firstLoadSeconds, onFailure }, (running) => {
    progress(`${workload.graph.name}: ${clients} clients, ${rounds} rounds`);
    return loadInTurn(running, circumstances);
  });
}

function toRows({ graph }: Workload, cpus: number, samples: Samples): Row[] {
  const rates = (name: string): number[] => (samples.get(name) ?? []).map((each) => each.requestsPerSecond);
  const row = (against: string, naive: readonly number[], value: number): Row =>
    toRow({
      metric: `${graph.name}, ${cpus} CPU: throughput against ${against}`,
      unit: "requests/s",
      better: "more",
      ours: rates(OURS.name),
      naive,
      goal: { kind: "atLeast", value, of: "ratioToNaive" },
    });
  const [first = [], ...others] = TUNED.map(({ name }) => rates(name));
  const best = others.reduce((left, right) => (median(right) > median(left) ? right : left), first);
  return [row("the defaults", rates(NAIVE.name), 2), row("the best hand tuning", best, 0.95)];
}

function makeCpuGroup(cpus: number): ControlGroup {
  const quotaUs = String(Math.round(cpus * PERIOD_US));
  const period = String(PERIOD_US);
  return makeControlGroup("cpu", {
    first: { "cpu.cfs_period_us": period, "cpu.cfs_quota_us": quotaUs },
    second: { "cpu.max": `${quotaUs} ${period}` },
  });
}

/** In the system's words; nothing where it may. */
async function whyUnlimited(cpus: number): Promise<string | undefined> {
  try {
    await makeCpuGroup(cpus).remove();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
