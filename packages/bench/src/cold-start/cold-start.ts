import { type Bench, defineBench } from "../frame/bench.ts";
import { type Row, toRow } from "../frame/row.ts";
import { multilayerPerceptron } from "../models/multilayer-perceptron.ts";
import { expectSameAnswer } from "../weights/expect-same-answer.ts";
import { measureSubjects, type SubjectSamples } from "../weights/measure-subjects.ts";
import { STORE_FLAGS } from "../weights/store-flags.ts";
import { storeModel } from "../weights/stored-model.ts";

/** From the start of a process to its first prediction, the weights in an object store. */
export const coldStart: Bench = defineBench({
  name: "cold-start",
  summary: "process start to first prediction, the weights in an object store",
  flags: STORE_FLAGS,
  async measure(flags, progress) {
    progress(`preparing a model of ${flags.size} MB`);
    const model = await storeModel(multilayerPerceptron(flags.size), flags.cache);
    const subjects = {
      naive: "naive-predict",
      ours: "ours-predict",
      floor: "floor-fetch",
      file: "floor-file",
    } as const;
    const samples = await measureSubjects(subjects, model, flags, progress);
    for (const { answer } of [...samples.naive, ...samples.ours]) expectSameAnswer(answer, model.answer);
    return { rows: toRows(samples, flags.size), notes: NOTES };
  },
});

const NOTES = [
  "naive: GetObject of the SDK, bytes, InferenceSession.create with the defaults, run",
  "floor: the same prepared bytes over as many connections as ours had for them, received and thrown away; no runtime",
  "floor with a file: the same, but written to a file and read once, as all must who keep them out of their own memory",
  "each a fresh process, bundled in the same way; the store is a process of its own; every chunk of ours is verified",
];

/** Below this, both sides are mostly the start of Node and of the runtime. */
const LARGE_MB = 500;

function toRows(
  { naive, ours, floor, file }: SubjectSamples<"naive" | "ours" | "floor" | "file">,
  size: number,
): Row[] {
  const wall = { naive: naive.map(toWall), ours: ours.map(toWall), floor: floor.map(toWall) };
  const cpu = { naive: naive.map(toCpu), ours: ours.map(toCpu), floor: floor.map(toCpu) };
  const memory = { naive: naive.map(toMegabytes), ours: ours.map(toMegabytes), floor: floor.map(toMegabytes) };
  const first = `${size} MB: start to first prediction`;
  return [
    toRow({
      metric: `${first}, of floor`,
      unit: "ms",
      ...wall,
      goal: { kind: "atMost", value: 1.25, of: "ratioToFloor" },
    }),
    toRow({ metric: `${first}, of floor with a file`, unit: "ms", ...wall, floor: file.map(toWall) }),
    toRow({
      metric: `${first}, against naive`,
      unit: "ms",
      ours: wall.ours,
      naive: wall.naive,
      ...(size >= LARGE_MB && { goal: { kind: "atLeast" as const, value: 8, of: "ratioToNaive" as const } }),
    }),
    toRow({ metric: `${size} MB: CPU until then`, unit: "ms", ...cpu }),
    toRow({
      metric: `${size} MB: anonymous memory at its peak`,
      unit: "MB",
      ...memory,
      goal: { kind: "atMost", value: 40, of: "ours" },
    }),
  ];
}

type Sample = SubjectSamples<"ours">["ours"][number];
const toWall = ({ whole }: Sample): number => whole.wallMs;
const toCpu = ({ whole }: Sample): number => whole.cpuMs;
const toMegabytes = ({ peakAnonymousBytes }: Sample): number => peakAnonymousBytes / 1e6;
