import { type Bench, defineBench } from "../frame/bench.ts";
import { type Row, toRow } from "../frame/row.ts";
import { multilayerPerceptron } from "../models/multilayer-perceptron.ts";
import { measureSubjects, type SubjectSamples } from "../weights/measure-subjects.ts";
import type { SubjectRun } from "../weights/run-subject.ts";
import { STORE_FLAGS } from "../weights/store-flags.ts";
import { storeModel } from "../weights/stored-model.ts";

const SUBJECTS = {
  naive: "naive-download",
  ranges: "ranges-download",
  ours: "ours-download",
  floor: "floor-fetch",
} as const;
type Contender = keyof typeof SUBJECTS;

/** From a store into a file, the start of the process left out. */
export const fetchBench: Bench = defineBench({
  name: "fetch",
  summary: "an object of a store into a verified file",
  flags: STORE_FLAGS,
  async measure(flags, progress) {
    progress(`preparing a model of ${flags.size} MB`);
    const model = await storeModel(multilayerPerceptron(flags.size), flags.cache);
    return { rows: toRows(await measureSubjects(SUBJECTS, model, flags, progress), flags.size), notes: NOTES };
  },
});

const NOTES = [
  "naive: GetObject of the SDK piped into a file; SDK ranges: 8 MiB each, 8 at a time; neither verifies a checksum",
  "floor: the same bytes over as many connections as ours had, received and thrown away",
  "a fresh process each, its start left out; ours verifies every chunk before the file counts as there",
];

const FIGURES: readonly { name: string; unit: string; of: (run: SubjectRun) => number }[] = [
  { name: "time", unit: "ms", of: ({ job }) => job.wallMs },
  { name: "CPU", unit: "ms", of: ({ job }) => job.cpuMs },
  { name: "anonymous memory at its peak", unit: "MB", of: ({ peakAnonymousBytes }) => peakAnonymousBytes / 1e6 },
];

function toRows({ naive, ranges, ours, floor }: SubjectSamples<Contender>, size: number): Row[] {
  return FIGURES.flatMap(({ name, unit, of }) => {
    const shared = { unit, ours: ours.map(of), floor: floor.map(of) };
    return [
      toRow({ metric: `${size} MB to a file: ${name}`, ...shared, naive: naive.map(of) }),
      toRow({ metric: `${size} MB to a file: ${name}, against SDK ranges`, ...shared, naive: ranges.map(of) }),
    ];
  });
}
