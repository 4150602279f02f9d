import type { FlagValues, Progress } from "../frame/bench.ts";
import { type Row, toRow } from "../frame/row.ts";
import { multilayerPerceptron } from "../models/multilayer-perceptron.ts";
import type { RunPlace } from "../weights/run-subject.ts";
import type { STORE_FLAGS } from "../weights/store-flags.ts";
import { storeModel } from "../weights/stored-model.ts";
import { startRunner } from "../weights/subject-runner.ts";
import { hasMemoryDisk, MEMORY_DISK, mostMegabytes } from "./memory-disk.ts";
import { whyUnlimited } from "./memory-limit.ts";
import { type LimitedRun, smallestLimit } from "./smallest-limit.ts";

const LARGE_MB = 500;

/** The smallest limits of memory within which a cold start predicts, and what the reader must know of them. */
export async function measureLimits(
  flags: FlagValues<typeof STORE_FLAGS>,
  progress: Progress,
): Promise<{ readonly rows: readonly Row[]; readonly notes: readonly string[] }> {
  const reason = await whyUnlimited();
  if (reason !== undefined) {
    return {
      rows: [],
      notes: [`smallest memory limit: left out, this process may not make a control group (${reason})`],
    };
  }
  const model = await storeModel(multilayerPerceptron(flags.size), flags.cache);
  const runner = await startRunner(["naive-predict", "ours-predict"], model, flags);
  const find = (subject: string, place: RunPlace = {}): Promise<number> => {
    const { answer } = model;
    const run: LimitedRun["run"] = (launcher) => runner.run(subject, { ...place, launcher });
    return smallestLimit({ name: subject, size: flags.size, answer, progress, run });
  };
  const metric = `${flags.size} MB: smallest memory limit that predicts`;
  const goal = (value: number) => ({
    ...(flags.size >= LARGE_MB && { goal: { kind: "atMost" as const, value, of: "ours" as const } }),
  });
  try {
    const naive = [await find("naive-predict")];
    const rows = [toRow({ metric, unit: "MB", naive, ours: [await find("ours-predict")], ...goal(96) })];
    if (hasMemoryDisk()) {
      const ours = [await find("ours-predict", { parent: MEMORY_DISK })];
      rows.push(
        toRow({ metric: `${metric}, disk in memory`, unit: "MB", naive, ours, ...goal(mostMegabytes(flags.size)) }),
      );
    }
    return { rows, notes: [NOTE] };
  } finally {
    await runner.stop();
  }
}

const NOTE =
  "smallest memory limit: of a control group, the cache of its files included, within which it predicts in a minute";
