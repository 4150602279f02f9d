import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Bench, defineBench, type Progress } from "../frame/bench.ts";
import { type Row, toRow } from "../frame/row.ts";
import { hasMemoryDisk, mostMegabytes } from "../memory/memory-disk.ts";
import { whyUnlimited, withMemoryLimit } from "../memory/memory-limit.ts";
import { smallestLimit } from "../memory/smallest-limit.ts";
import { multilayerPerceptron } from "../models/multilayer-perceptron.ts";
import {
  FUNCTION_FLAGS,
  type FunctionFlags,
  type FunctionRun,
  type FunctionRuns,
  measureFunctions,
} from "../packaged/measure-functions.ts";
import { toRunRows } from "../packaged/run-rows.ts";
import { startCloudStorage } from "../weights/object-server-process.ts";
import { BUCKET, toServerOrder } from "../weights/store-flags.ts";
import { type StoredModel, storeModel } from "../weights/stored-model.ts";
import { type FunctionSources, writeFunctionSources } from "./function-sources.ts";
import { runFunction } from "./run-function.ts";

/** Source: Cloud Run functions, "Configure memory"; in MiB. */
const MEMORY_SIZES = [512, 1_024, 2_048, 4_096, 8_192, 16_384, 32_768] as const;

type Contender = keyof FunctionRuns;

/** From the start of a function's source to its first answer, the weights in Cloud Storage and the disk in memory. */
export const functionBench: Bench = defineBench({
  name: "function",
  summary: "start of a Google Cloud function to its first answer, the weights in Cloud Storage, its disk in memory",
  flags: FUNCTION_FLAGS,
  async measure(flags, progress) {
    progress(`preparing a model of ${flags.size} MB`);
    const model = await storeModel(multilayerPerceptron(flags.size), flags.cache);
    const folder = mkdtempSync(join(tmpdir(), "virga-bench-functions-"));
    try {
      progress("bundling the functions");
      const sources = await writeFunctionSources(model, folder);
      const memoryMebibytes = toMemorySize(flags.size);
      const reason = await whyUnlimited();
      const limit = reason === undefined ? memoryMebibytes : undefined;
      const { runs, smallest } = await measure(sources, model, flags, limit, progress);
      const notes = [...NOTES, toMemoryNote(), toLimitNote(memoryMebibytes, reason)];
      return { rows: [...toRunRows(runs, flags.size, toMemory(flags.size)), ...smallest], notes };
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
});

const NOTES = [
  "naive: a function as it is written by hand: download of the SDK, bytes, InferenceSession.create, run, all but the last at its start",
  "both are bundled by the same tools, and run as source folders under the functions framework, in an environment like Cloud Run's",
  "each a fresh process, whose port is asked until it answers; the framework's own start is in both; every chunk of ours is verified",
];

/** What holds four times the weights, which naive may need. */
function toMemorySize(size: number): number {
  const needed = 256 + 4 * size;
  return MEMORY_SIZES.find((each) => each >= needed) ?? needed;
}

function toMemory(size: number): Parameters<typeof toRunRows>[2] {
  if (!hasMemoryDisk()) return { metric: "anonymous memory at its peak" };
  const goal = { kind: "atMost", value: mostMegabytes(size), of: "ours" } as const;
  return { metric: "anonymous memory and files at their peak", goal };
}

function toMemoryNote(): string {
  return hasMemoryDisk()
    ? "memory: RssAnon and what the files take of /dev/shm; the goal is 1.1 × the model + 40 MB, the framework included; naive has no files"
    : "memory: RssAnon without the files, because /dev/shm is no disk in memory";
}

function toLimitNote(mebibytes: number, reason: string | undefined): string {
  if (reason === undefined) {
    return `each in a control group of ${mebibytes} MiB, the cache of its files included; smallest: of such a group, within which it predicts in a minute`;
  }
  return `without a limit of memory: this process may not make a control group (${reason})`;
}

async function measure(
  sources: FunctionSources,
  model: StoredModel,
  flags: FunctionFlags,
  limitMebibytes: number | undefined,
  progress: Progress,
): Promise<{ readonly runs: FunctionRuns; readonly smallest: readonly Row[] }> {
  const server = await startCloudStorage(toServerOrder({ ...flags, tls: "no" }, model));
  const start = (contender: Contender, bucket: string, launcher: readonly string[]): Promise<FunctionRun> =>
    runFunction({ folder: sources[contender], endpoint: server.endpoint, bucket, launcher });
  try {
    const runs = await measureFunctions(
      (contender, bucket) =>
        limitMebibytes === undefined
          ? start(contender, bucket, [])
          : withMemoryLimit(limitMebibytes, (launcher) => start(contender, bucket, launcher)),
      model.answer,
      flags,
      progress,
    );
    const find = (name: Contender): Promise<number> =>
      smallestLimit({
        name,
        size: flags.size,
        answer: model.answer,
        progress,
        run: (launcher) => start(name, BUCKET, launcher),
      });
    if (limitMebibytes === undefined) return { runs, smallest: [] };
    return { runs, smallest: [toSmallestRow(flags.size, [await find("naive")], [await find("ours")])] };
  } finally {
    await server.stop();
  }
}

function toSmallestRow(size: number, naive: readonly number[], ours: readonly number[]): Row {
  const metric = `${size} MB: smallest memory limit that predicts`;
  if (!hasMemoryDisk()) return toRow({ metric, unit: "MB", naive, ours });
  const goal = { kind: "atMost", value: mostMegabytes(size), of: "ours" } as const;
  return toRow({ metric: `${metric}, disk in memory`, unit: "MB", naive, ours, goal });
}
