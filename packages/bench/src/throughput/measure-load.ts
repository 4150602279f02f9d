import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Progress, UsageError } from "../frame/bench.ts";
import { modelFile } from "../models/model-file.ts";
import type { Contender } from "./contender.ts";
import { expectedAnswers } from "./expected-answers.ts";
import { type LoadGenerator, startLoadGenerator } from "./load-generator.ts";
import { OURS, OURS_UNBATCHED } from "./node-contenders.ts";
import { firstLine } from "./prepare-contenders.ts";
import { type RunningContender, runContender, type Sample } from "./running-contender.ts";
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

/** Puts every contender under every load, in turn, so that the machine's slow phases strike all of them alike. */
export async function measureLoad(
  settings: LoadSettings,
  progress: Progress,
  alsoMeasure?: AlsoMeasure,
): Promise<LoadMeasurement> {
  const generator = startLoadGenerator();
  const leftOut: string[] = [];
  const cells: Cell[] = [];
  try {
    for (const workload of settings.models) {
      const found = await withContenders(workload, settings, { generator, leftOut, progress }, async (running) => {
        const measured = await measureCells(workload, running, settings, progress);
        await alsoMeasure?.(workload, running);
        return measured;
      });
      cells.push(...found);
    }
    return { cells, leftOut };
  } finally {
    await generator.stop();
  }
}

interface Tools {
  readonly generator: LoadGenerator;
  readonly leftOut: string[];
  readonly progress: Progress;
}

/** Runs ours, without batching too, and the peers on a model; a peer that fails is left out and named. */
async function withContenders<Result>(
  workload: Workload,
  { cache, peers }: LoadSettings,
  { generator, leftOut, progress }: Tools,
  work: (running: readonly RunningContender[]) => Promise<Result>,
): Promise<Result> {
  const { name } = workload.graph;
  const original = modelFile(workload.graph, cache);
  const expected = await expectedAnswers(workload, original);
  const folder = mkdtempSync(join(tmpdir(), "virga-bench-load-"));
  const running: RunningContender[] = [];
  try {
    for (const contender of [OURS, OURS_UNBATCHED, ...peers]) {
      progress(`${name}: starting ${contender.name}`);
      // A file of its own each: nobody's memory is somebody else's mapped file.
      const modelPath = join(folder, `${running.length}-${name}.onnx`);
      copyFileSync(original, modelPath);
      try {
        running.push(await runContender(contender, { workload, modelPath, expected, generator }));
      } catch (error) {
        if (!peers.includes(contender)) throw error;
        leftOut.push(`left out on ${name}: ${contender.name} (${firstLine(error)})`);
        progress(String(error));
      }
    }
    return await work(running);
  } finally {
    await Promise.all(running.map(({ server }) => server.stop()));
    rmSync(folder, { recursive: true, force: true });
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
    const samples = contenders.map((): Sample[] => []);
    for (let round = 0; round < rounds; round++) {
      for (const [index, contender] of contenders.entries()) {
        samples[index]?.push(await contender.load(count, seconds));
      }
    }
    for (const [index, { name }] of contenders.entries()) {
      cells.push({ workload, clients: count, contender: name, samples: samples[index] ?? [] });
    }
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
