import { type Bench, defineBench, type FlagValues, type Progress } from "../frame/bench.ts";
import { type Row, toRow } from "../frame/row.ts";
import { multilayerPerceptron } from "../models/multilayer-perceptron.ts";
import { expectSameAnswer } from "../weights/expect-same-answer.ts";
import { measureSubjects } from "../weights/measure-subjects.ts";
import { STORE_FLAGS } from "../weights/store-flags.ts";
import { storeModel } from "../weights/stored-model.ts";
import { measureLimits } from "./limits.ts";
import { hasMemoryDisk, measureMemoryDisk } from "./memory-disk.ts";

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
    const limits = await measureLimits(flags, progress);
    const size = Math.min(flags.size, LARGEST_IN_MEMORY_MB);
    const inMemory = hasMemoryDisk() ? await measureMemoryDisk({ ...flags, size }, progress) : [];
    return {
      rows: [...peaks.map(toPeakRow), ...toSlopeRows(peaks), ...inMemory, ...limits.rows],
      notes: [...NOTES, hasMemoryDisk() ? IN_MEMORY : NO_MEMORY_DISK, ...limits.notes],
    };
  },
});

/** Of the models whose files lie in memory. */
const LARGEST_IN_MEMORY_MB = 100;
const IN_MEMORY =
  "disk in memory: anonymous memory and what the files take of /dev/shm, at its peak; naive has no files";
const NO_MEMORY_DISK = "disk in memory: left out, /dev/shm is none";

const NOTES = ["anonymous memory: RssAnon, looked at every 4 ms from the start of the process to its first prediction"];

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
