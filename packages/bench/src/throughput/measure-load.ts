import { type Progress, UsageError } from "../frame/bench.ts";
import type { Contender } from "./contender.ts";
import { startLoadGenerator } from "./load-generator.ts";
import { OURS, OURS_UNBATCHED } from "./node-contenders.ts";
import { firstLine } from "./prepare-contenders.ts";
import { loadInTurn, withContenders } from "./run-contenders.ts";
import type { RunningContender, Sample } from "./running-contender.ts";
import { WORKLOADS, type Workload } from "./workloads.ts";

/** All samples of one contender under one load, a round each. */
export interface Cell {
  readonly workload: Workload;
  readonly clients: number;
  readonly contender: string;
  readonly samples: readonly Sample[];
}

export interface LoadSettings {
  readonly rounds: number;
  readonly seconds: number;
  readonly cache: string;
  readonly models: readonly Workload[];
  readonly clients: readonly number[];
  readonly peers: readonly Contender[];
}

export interface LoadMeasurement {
  readonly cells: readonly Cell[];
  /** A sentence for each contender that could not be measured. */
  readonly leftOut: readonly string[];
}

/** Done once for each model, while ours, unbatched aside, and the peers run, under no load. */
export type AlsoMeasure = (workload: Workload, running: readonly RunningContender[]) => Promise<void>;

/** At so many clients batching is compared with none. */
export const BATCHING_CLIENTS = 32;

/** A service lives for longer than its first minute: V8 compiles for good what has been called three thousand times. */
const FIRST_ANSWERS = 3_500;

/** Puts ours, with batching and without, and every peer under every load; a peer that fails is left out and named. */
export async function measureLoad(
  settings: LoadSettings,
  progress: Progress,
  alsoMeasure?: AlsoMeasure,
): Promise<LoadMeasurement> {
  const { cache, peers } = settings;
  const generator = startLoadGenerator();
  const leftOut: string[] = [];
  const cells: Cell[] = [];
  try {
    for (const workload of settings.models) {
      const onFailure = (contender: Contender, error: unknown): void => {
        if (!peers.includes(contender)) throw error;
        leftOut.push(`left out on ${workload.graph.name}: ${contender.name} (${firstLine(error)})`);
        progress(String(error));
      };
      const contenders = [OURS, OURS_UNBATCHED, ...peers];
      const contest = { workload, contenders, cache, generator, firstAnswers: FIRST_ANSWERS, progress, onFailure };
      await withContenders(contest, async (running) => {
        cells.push(...(await measureCells(workload, running, settings, progress)));
        await alsoMeasure?.(workload, running);
      });
    }
    return { cells, leftOut };
  } finally {
    await generator.stop();
  }
}

async function measureCells(
  workload: Workload,
  running: readonly RunningContender[],
  { rounds, seconds, clients }: LoadSettings,
  progress: Progress,
): Promise<Cell[]> {
  const cells: Cell[] = [];
  for (const count of clients) {
    progress(`${workload.graph.name}: ${count} clients, ${rounds} rounds`);
    const contenders = running.filter(({ name }) => count === BATCHING_CLIENTS || name !== OURS_UNBATCHED.name);
    const measured = await loadInTurn(contenders, { clients: count, rounds, seconds });
    for (const [contender, samples] of measured) cells.push({ workload, clients: count, contender, samples });
  }
  return cells;
}

/** The workloads named, of which the first letters suffice. @throws UsageError for a name that is none. */
export function findWorkloads(names: string): readonly Workload[] {
  return names.split(",").map((name) => {
    const found = WORKLOADS.find(({ graph }) => name !== "" && graph.name.startsWith(name));
    if (found) return found;
    const known = WORKLOADS.map(({ graph }) => graph.name).join(",");
    throw new UsageError(`--models takes names out of ${known}, not "${name}"`);
  });
}

/** @throws UsageError for what is no list of numbers of clients. */
export function readClients(text: string): readonly number[] {
  return text.split(",").map((word) => {
    const count = Number(word);
    if (Number.isInteger(count) && count > 0) return count;
    throw new UsageError(`--concurrency takes numbers of clients such as 1,8,32, not "${text}"`);
  });
}
