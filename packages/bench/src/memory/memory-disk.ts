import { statfsSync } from "node:fs";
import type { FlagValues, Progress } from "../frame/bench.ts";
import { type Row, toRow } from "../frame/row.ts";
import { convolutionStack } from "../models/convolution-stack.ts";
import type { Graph } from "../models/graph.ts";
import { multilayerPerceptron, noisyPerceptron } from "../models/multilayer-perceptron.ts";
import { expectSameAnswer } from "../weights/expect-same-answer.ts";
import { measureSubjects } from "../weights/measure-subjects.ts";
import type { STORE_FLAGS } from "../weights/store-flags.ts";
import { type PlanChange, storeModel } from "../weights/stored-model.ts";

/** A folder whose files lie in memory, where the system has one. */
export const MEMORY_DISK = "/dev/shm";
/** Source: statfs(2), TMPFS_MAGIC. */
const TMPFS = 0x01021994;

export function hasMemoryDisk(): boolean {
  try {
    return statfsSync(MEMORY_DISK).type === TMPFS;
  } catch {
    return false;
  }
}

interface Case {
  readonly title: string;
  readonly graph: (megabytes: number) => Graph;
  readonly plan?: PlanChange;
  /** Whether the goal is asked of it. */
  readonly isPrepared: boolean;
}

const CASES: readonly Case[] = [
  { title: "mapped", graph: multilayerPerceptron, isPrepared: true },
  { title: "convolutions, on a machine like the preparing one", graph: convolutionStack, isPrepared: true },
  {
    title: "convolutions, on another machine",
    graph: convolutionStack,
    plan: {
      name: "elsewhere",
      change: (load) => (load.kind === "mappedWhenComplete" ? { ...load, layouts: [] } : load),
    },
    isPrepared: true,
  },
  { title: "published as it is", graph: noisyPerceptron, isPrepared: false },
];

/** At the peak of a cold start: all memory that is taken, files included, where the disk is memory. */
export async function measureMemoryDisk(
  flags: FlagValues<typeof STORE_FLAGS>,
  progress: Progress,
): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const { title, graph, plan, isPrepared } of CASES) {
    progress(`disk in memory, ${title}`);
    const model = await storeModel(graph(flags.size), flags.cache, plan);
    const usedBefore = usedBytes();
    const place = { parent: MEMORY_DISK, besideBytes: () => usedBytes() - usedBefore };
    const subjects = { naive: "naive-predict", ours: "ours-predict" } as const;
    const { naive, ours } = await measureSubjects(subjects, model, { ...flags, rounds: 1 }, progress, place);
    for (const { answer } of [...naive, ...ours]) expectSameAnswer(answer, model.answer);
    const megabytes = ({ peakAnonymousBytes }: { peakAnonymousBytes: number }): number => peakAnonymousBytes / 1e6;
    const most = mostMegabytes(flags.size);
    rows.push(
      toRow({
        metric: `${flags.size} MB, disk in memory: ${title}`,
        unit: "MB",
        naive: naive.map(megabytes),
        ours: ours.map(megabytes),
        ...(isPrepared && { goal: { kind: "atMost" as const, value: most, of: "ours" as const } }),
      }),
    );
  }
  return rows;
}

/** One copy of the weights and what a process takes. */
export function mostMegabytes(size: number): number {
  return Math.round(1.1 * size + 40);
}

/** What is taken of the memory disk; files that are unlinked and still mapped included. */
export function usedBytes(): number {
  const { blocks, bfree, bsize } = statfsSync(MEMORY_DISK);
  return (blocks - bfree) * bsize;
}
