import type { FlagValues, Progress } from "../frame/bench.ts";
import { type Row, toRow } from "../frame/row.ts";
import { multilayerPerceptron } from "../models/multilayer-perceptron.ts";
import { expectSameAnswer } from "../weights/expect-same-answer.ts";
import type { RunPlace } from "../weights/run-subject.ts";
import type { STORE_FLAGS } from "../weights/store-flags.ts";
import { storeModel } from "../weights/stored-model.ts";
import { type SubjectRunner, startRunner } from "../weights/subject-runner.ts";
import { hasMemoryDisk, MEMORY_DISK, mostMegabytes } from "./memory-disk.ts";
import { whyUnlimited, withMemoryLimit } from "./memory-limit.ts";
import { smallest } from "./smallest.ts";

const MEBIBYTE = 1024 * 1024;
const STEP_MIB = 2;
const LEAST_MIB = 16;
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
    const predicts = (mebibytes: number): Promise<boolean> =>
      predictsWithin(mebibytes, { runner, subject, answer: model.answer, place, progress });
    return smallestMegabytes(subject, flags.size, predicts);
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

interface Trial {
  readonly runner: SubjectRunner;
  readonly subject: string;
  readonly answer: readonly number[];
  readonly place: RunPlace;
  readonly progress: Progress;
}

async function predictsWithin(
  mebibytes: number,
  { runner, subject, answer, place, progress }: Trial,
): Promise<boolean> {
  const run = withMemoryLimit(mebibytes, (launcher) => runner.run(subject, { ...place, launcher }));
  // Killed for its memory, or refused it.
  const predicted = await run.then(
    (done) => {
      expectSameAnswer(done.answer, answer);
      return true;
    },
    () => false,
  );
  progress(`${subject} within ${mebibytes} MiB: ${predicted ? "predicts" : "fails"}`);
  return predicted;
}

async function smallestMegabytes(
  subject: string,
  size: number,
  predicts: (mebibytes: number) => Promise<boolean>,
): Promise<number> {
  const most = 256 + Math.ceil(size * 4);
  const found = await smallest({ least: LEAST_MIB, most, step: STEP_MIB }, predicts);
  if (found === undefined) throw new Error(`${subject} does not predict within ${most} MiB`);
  return (found * MEBIBYTE) / 1e6;
}
