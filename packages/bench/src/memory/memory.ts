import { type Bench, defineBench, type FlagValues, type Progress } from "../frame/bench.ts";
import { type Row, toRow } from "../frame/row.ts";
import { multilayerPerceptron } from "../models/multilayer-perceptron.ts";
import { expectSameAnswer } from "../weights/expect-same-answer.ts";
import { measureSubjects } from "../weights/measure-subjects.ts";
import { STORE_FLAGS } from "../weights/store-flags.ts";
import { type StoredModel, storeModel } from "../weights/stored-model.ts";
import { startRunner } from "../weights/subject-runner.ts";
import { withMemoryLimit } from "./memory-limit.ts";
import { smallest } from "./smallest.ts";

const FLAGS = {
  ...STORE_FLAGS,
  size: { default: 500, description: "size of the largest model in MB" },
  rounds: { default: 3, description: "measured rounds of each size" },
} as const;
type Settings = FlagValues<typeof FLAGS>;

const SUBJECTS = { naive: "naive-predict", ours: "ours-predict" } as const;
type Contender = keyof typeof SUBJECTS;

/** What a cold start takes of memory, and how that grows with the weights. */
export const memory: Bench = defineBench({
  name: "memory",
  summary: "anonymous memory of a cold start by the size of the weights, and the smallest memory limit that will do",
  flags: FLAGS,
  async measure(flags, progress) {
    const peaks: Peaks[] = [];
    for (const size of [10, 100, flags.size].filter((each, index, all) => all.indexOf(each) === index)) {
      if (size <= flags.size) peaks.push(await measurePeaks(size, flags, progress));
    }
    const limit = await measureLimit(flags, progress);
    const limits = "row" in limit ? [limit.row] : [];
    const notes = [...NOTES, ...("reason" in limit ? [limit.reason] : [])];
    return { rows: [...peaks.map(toPeakRow), ...toSlopeRows(peaks), ...limits], notes };
  },
});

const NOTES = [
  "anonymous memory: RssAnon, looked at every 4 ms from the start of the process to its first prediction",
  "smallest memory limit: of a control group, the cache of its files included, within which it predicts in a minute",
];

interface Peaks {
  readonly size: number;
  readonly bytes: Readonly<Record<Contender, readonly number[]>>;
}

async function measurePeaks(size: number, flags: Settings, progress: Progress): Promise<Peaks> {
  progress(`${size} MB`);
  const model = await storeModel(multilayerPerceptron(size), flags.cache);
  const { naive, ours } = await measureSubjects(SUBJECTS, model, { ...flags, size }, progress);
  for (const { answer } of [...naive, ...ours]) expectSameAnswer(answer, model.answer);
  const toBytes = ({ peakAnonymousBytes }: { peakAnonymousBytes: number }): number => peakAnonymousBytes;
  return { size, bytes: { naive: naive.map(toBytes), ours: ours.map(toBytes) } };
}

function toPeakRow({ size, bytes }: Peaks): Row {
  return toRow({
    metric: `${size} MB: anonymous memory at its peak`,
    unit: "MB",
    naive: bytes.naive.map((each) => each / 1e6),
    ours: bytes.ours.map((each) => each / 1e6),
    goal: { kind: "atMost", value: 40, of: "ours" },
  });
}

/** From the smallest model to the largest. */
function toSlopeRows(peaks: readonly Peaks[]): Row[] {
  const [small, large] = [peaks[0], peaks.at(-1)];
  if (small === undefined || large === undefined || small === large) return [];
  const slope = (of: Contender): number[] => {
    const growth = (large.size - small.size) * 1e6;
    return large.bytes[of].map((bytes, round) => (bytes - (small.bytes[of][round] ?? Number.NaN)) / growth);
  };
  const goal = { kind: "atMost", value: 0.01, of: "ours" } as const;
  const metric = "anonymous memory for each byte of weights";
  return [toRow({ metric, unit: "B/B", naive: slope("naive"), ours: slope("ours"), goal })];
}

const MEBIBYTE = 1024 * 1024;
const STEP_MIB = 2;
const LEAST_MIB = 16;

async function measureLimit(flags: Settings, progress: Progress): Promise<{ row: Row } | { reason: string }> {
  try {
    await withMemoryLimit(LEAST_MIB, async () => undefined);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { reason: `smallest memory limit: left out, this process may not make a control group (${reason})` };
  }
  const model = await storeModel(multilayerPerceptron(flags.size), flags.cache);
  const naive = await smallestLimit("naive", model, flags, progress);
  const ours = await smallestLimit("ours", model, flags, progress);
  const isLarge = flags.size >= 500;
  const row = toRow({
    metric: `${flags.size} MB: smallest memory limit that predicts`,
    unit: "MB",
    naive: [(naive * MEBIBYTE) / 1e6],
    ours: [(ours * MEBIBYTE) / 1e6],
    ...(isLarge && { goal: { kind: "atMost" as const, value: 96, of: "ours" as const } }),
  });
  return { row };
}

async function smallestLimit(
  contender: Contender,
  model: StoredModel,
  flags: Settings,
  progress: Progress,
): Promise<number> {
  const subject = SUBJECTS[contender];
  const runner = await startRunner([subject], model, flags);
  const predictsWithin = async (mebibytes: number): Promise<boolean> => {
    const run = withMemoryLimit(mebibytes, (launcher) => runner.run(subject, { launcher }));
    // Killed for its memory, or refused it.
    const predicted = await run.then(
      ({ answer }) => {
        expectSameAnswer(answer, model.answer);
        return true;
      },
      () => false,
    );
    progress(`${contender} within ${mebibytes} MiB: ${predicted ? "predicts" : "fails"}`);
    return predicted;
  };
  try {
    const most = 256 + Math.ceil(flags.size * 4);
    const found = await smallest({ least: LEAST_MIB, most, step: STEP_MIB }, predictsWithin);
    if (found === undefined) throw new Error(`${contender} does not predict within ${most} MiB`);
    return found;
  } finally {
    await runner.stop();
  }
}
