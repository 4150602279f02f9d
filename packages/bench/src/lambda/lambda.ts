import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Bench, defineBench, type Progress } from "../frame/bench.ts";
import { type Goal, type Row, toRow } from "../frame/row.ts";
import { multilayerPerceptron } from "../models/multilayer-perceptron.ts";
import {
  FUNCTION_FLAGS,
  type FunctionFlags,
  type FunctionRuns,
  measureFunctions,
} from "../packaged/measure-functions.ts";
import { toRunRows } from "../packaged/run-rows.ts";
import { bundleSubjects } from "../weights/bundle-subjects.ts";
import { startObjectServer } from "../weights/object-server-process.ts";
import { toServerOrder } from "../weights/store-flags.ts";
import { type StoredModel, storeModel } from "../weights/stored-model.ts";
import { type PackagedFunction, packageFunctions } from "./package-functions.ts";
import { runFunction } from "./run-function.ts";

type Functions = Readonly<Record<"naive" | "ours", PackagedFunction>>;

/** From the start of a packaged function to its first answer, the weights in S3. */
export const lambda: Bench = defineBench({
  name: "lambda",
  summary: "start of a packaged Lambda function to its first answer, the weights in an object store",
  flags: FUNCTION_FLAGS,
  async measure(flags, progress) {
    progress(`preparing a model of ${flags.size} MB`);
    const model = await storeModel(multilayerPerceptron(flags.size), flags.cache);
    const folder = mkdtempSync(join(tmpdir(), "virga-bench-functions-"));
    try {
      progress("bundling and zipping the functions");
      const functions = await packageFunctions(model, folder);
      const runs = await measure(functions, model, flags, progress);
      const memory = { metric: "anonymous memory at its peak" };
      return { rows: [...toRunRows(runs, flags.size, memory), ...toSizeRows(functions)], notes: NOTES };
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

async function measure(
  functions: Functions,
  model: StoredModel,
  flags: FunctionFlags,
  progress: Progress,
): Promise<FunctionRuns> {
  const paths = await bundleSubjects(["first-invocation"], new URL("./subjects/", import.meta.url));
  const server = await startObjectServer(toServerOrder({ ...flags, tls: "no" }, model));
  const run: Parameters<typeof measureFunctions>[0] = (contender, bucket) => {
    const { functionUrl } = functions[contender];
    return runFunction({ programPath: paths["first-invocation"], functionUrl, endpoint: server.endpoint, bucket });
  };
  try {
    return await measureFunctions(run, model.answer, flags, progress);
  } finally {
    await server.stop();
  }
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
