import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Bench, defineBench, type FlagValues, type Progress } from "../frame/bench.ts";
import { type Goal, type Row, toRow } from "../frame/row.ts";
import { multilayerPerceptron } from "../models/multilayer-perceptron.ts";
import { bundleSubjects } from "../weights/bundle-subjects.ts";
import { expectSameAnswer } from "../weights/expect-same-answer.ts";
import { CORRUPT_BUCKET, startObjectServer } from "../weights/object-server-process.ts";
import { BUCKET, STORE_FLAGS, toServerOrder } from "../weights/store-flags.ts";
import { type StoredModel, storeModel } from "../weights/stored-model.ts";
import { type PackagedFunction, packageFunctions } from "./package-functions.ts";
import { runFunction } from "./run-function.ts";

const { tls: _, ...FLAGS } = STORE_FLAGS;
const CONTENDERS = ["naive", "ours"] as const;
type Contender = (typeof CONTENDERS)[number];
type Run = Awaited<ReturnType<typeof runFunction>>;
type Functions = Readonly<Record<Contender, PackagedFunction>>;

/** From the start of a packaged function to its first answer, the weights in S3. */
export const lambda: Bench = defineBench({
  name: "lambda",
  summary: "start of a packaged Lambda function to its first answer, the weights in an object store",
  flags: FLAGS,
  async measure(flags, progress) {
    progress(`preparing a model of ${flags.size} MB`);
    const model = await storeModel(multilayerPerceptron(flags.size), flags.cache);
    const folder = mkdtempSync(join(tmpdir(), "virga-bench-functions-"));
    try {
      progress("bundling and zipping the functions");
      const functions = await packageFunctions(model, folder);
      const runs = await measureFunctions(functions, model, flags, progress);
      return { rows: [...toRunRows(runs, flags.size), ...toSizeRows(functions)], notes: NOTES };
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
});

const NOTES = [
  "naive: a handler as it is written by hand: GetObject of the SDK, bytes, InferenceSession.create, run, all at its start",
  "both are bundled and zipped by the same tools, and run from the files that were zipped, in an environment like Lambda's",
  "each a fresh process that imports the function and passes it the event of a function URL; every chunk of ours is verified",
];

async function measureFunctions(
  functions: Functions,
  model: StoredModel,
  flags: FlagValues<typeof FLAGS>,
  progress: Progress,
): Promise<Readonly<Record<Contender, readonly Run[]>>> {
  const paths = await bundleSubjects(["first-invocation"], new URL("./subjects/", import.meta.url));
  const server = await startObjectServer(toServerOrder({ ...flags, tls: "no" }, model));
  const run = (contender: Contender, bucket: string): Promise<Run> => {
    const { functionUrl } = functions[contender];
    return runFunction({ programPath: paths["first-invocation"], functionUrl, endpoint: server.endpoint, bucket });
  };
  try {
    await expectRefusal(run("ours", CORRUPT_BUCKET));
    const runs: Record<Contender, Run[]> = { naive: [], ours: [] };
    for (let round = 0; round <= flags.rounds; round += 1) {
      const times: string[] = [];
      for (const contender of CONTENDERS) {
        const measured = await run(contender, BUCKET);
        expectSameAnswer(measured.answer, model.answer);
        // The first round warms the disk's cache and the server.
        if (round > 0) runs[contender].push(measured);
        times.push(`${contender} ${measured.whole.wallMs.toFixed(0)} ms`);
      }
      progress(`round ${round} of ${flags.rounds}: ${times.join(", ")}`);
    }
    return runs;
  } finally {
    await server.stop();
  }
}

async function expectRefusal(run: Promise<Run>): Promise<void> {
  const outcome = await run.then(
    () => "an answer",
    (error: unknown) => String(error),
  );
  if (!outcome.includes("WEIGHTS_CORRUPT")) throw new Error(`a corrupt file gave ${outcome}`);
}

function toRunRows(runs: Readonly<Record<Contender, readonly Run[]>>, size: number): Row[] {
  const row = (metric: string, unit: string, toFigure: (run: Run) => number): Row =>
    toRow({ metric: `${size} MB: ${metric}`, unit, naive: runs.naive.map(toFigure), ours: runs.ours.map(toFigure) });
  return [
    row("start to first answer", "ms", ({ whole }) => whole.wallMs),
    row("CPU until then", "ms", ({ whole }) => whole.cpuMs),
    row("anonymous memory at its peak", "MB", ({ peakAnonymousBytes }) => peakAnonymousBytes / 1e6),
  ];
}

function toSizeRows({ naive, ours }: Functions): Row[] {
  const row = (metric: string, toBytes: (packaged: PackagedFunction) => number, most?: number): Row => {
    // The goals are of the larger machine code.
    const goal: Goal | undefined =
      most === undefined || process.arch !== "x64" ? undefined : { kind: "atMost", value: most, of: "ours" };
    const figures = { naive: [toBytes(naive) / 1e6], ours: [toBytes(ours) / 1e6] };
    return toRow({ metric, unit: "MB", ...figures, ...(goal && { goal }) });
  };
  return [
    row("artefact, zipped", ({ zipBytes }) => zipBytes, 18),
    row("artefact, unzipped", ({ unzippedBytes }) => unzippedBytes, 47),
    row("of it JavaScript", ({ bundleBytes }) => bundleBytes),
  ];
}
