import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Bench, defineBench, type Progress } from "../frame/bench.ts";
import { type Row, toRow } from "../frame/row.ts";
import { multilayerPerceptron } from "../models/multilayer-perceptron.ts";
import { bundleSubjects } from "../weights/bundle-subjects.ts";
import { expectSameAnswer } from "../weights/expect-same-answer.ts";
import { anonymousBytes, runSampled } from "../weights/sampled-process.ts";
import type { Report } from "../weights/subject.ts";
import type { Order } from "./order.ts";
import { writeExternalModel } from "./write-external-model.ts";

const STEPS = ["ask-original", "prepare", "push", "fetch-and-predict"] as const;
type Step = (typeof STEPS)[number];

/** One step, in a process of its own. */
interface Measured {
  readonly seconds: number;
  readonly peakAnonymousBytes: number;
  /** Of all files of the run. */
  readonly peakDiskBytes: number;
  readonly answer: readonly number[];
}

/** A model beyond 2 GB, from the file that an exporter writes to a prediction in a process that has fetched it. */
export const largeModel: Bench = defineBench({
  name: "large-model",
  summary: "a generated model is prepared, pushed, fetched over HTTP and asked, in one go",
  flags: {
    size: { default: 3000, description: "size of the model in MB; about four times as much disk is needed" },
    directory: { default: tmpdir(), description: "where the files are, until they are removed at the end" },
  },
  async measure({ size, directory }, progress) {
    mkdirSync(directory, { recursive: true });
    const folder = mkdtempSync(join(directory, "virga-large-model-"));
    try {
      const steps = await takeSteps(folder, size, progress);
      expectSameAnswer(steps["fetch-and-predict"].answer, steps["ask-original"].answer);
      return { rows: STEPS.flatMap((step) => toRows(step, steps[step], size)), notes: toNotes(Object.values(steps)) };
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
});

async function takeSteps(folder: string, size: number, progress: Progress): Promise<Record<Step, Measured>> {
  progress(`writing a model of ${size} MB`);
  const graph = multilayerPerceptron(size);
  const originalPath = writeExternalModel(graph, folder);
  const paths = await bundleSubjects(STEPS, new URL("./subjects/", import.meta.url));
  const registryFolder = join(folder, "registry");
  const server = await serveFolder(registryFolder);
  const order: Order = {
    originalPath,
    name: graph.name,
    preparedFolder: join(folder, "prepared"),
    registryFolder,
    cacheFolder: join(folder, "cache"),
    registryUrl: server.url,
  };
  try {
    const take = async (step: Step): Promise<Measured> => {
      const measured = await takeStep(paths[step], order, folder);
      progress(`${step}: ${measured.seconds.toFixed(1)} s, ${(measured.peakAnonymousBytes / 1e6).toFixed(0)} MB`);
      return measured;
    };
    return {
      "ask-original": await take("ask-original"),
      prepare: await take("prepare"),
      push: await take("push"),
      "fetch-and-predict": await take("fetch-and-predict"),
    };
  } finally {
    await server.stop();
  }
}

const SAMPLE_MS = 20;
const DEADLINE_MS = 30 * 60_000;

async function takeStep(path: string, order: Order, folder: string): Promise<Measured> {
  let peakAnonymousBytes = 0;
  let peakDiskBytes = 0;
  const look = (pid: number): void => {
    peakAnonymousBytes = Math.max(peakAnonymousBytes, anonymousBytes(pid));
    peakDiskBytes = Math.max(peakDiskBytes, diskBytes(folder));
  };
  const startedAtMs = performance.timeOrigin + performance.now();
  const words = [process.execPath, path, JSON.stringify(order)];
  const said = await runSampled(words, { look, everyMs: SAMPLE_MS, deadlineMs: DEADLINE_MS });
  const { endedAtMs, answer = [] } = JSON.parse(said) as Report;
  return { seconds: (endedAtMs - startedAtMs) / 1000, peakAnonymousBytes, peakDiskBytes, answer };
}

const BLOCK_BYTES = 512;

/** What a folder takes of its disk: holes are not counted, and a file with two names once. */
function diskBytes(folder: string): number {
  const sizes = new Map<number, number>();
  for (const name of namesBelow(folder)) {
    const stats = statSync(join(folder, name), { throwIfNoEntry: false });
    if (stats?.isFile() === true) sizes.set(stats.ino, stats.blocks * BLOCK_BYTES);
  }
  return [...sizes.values()].reduce((sum, size) => sum + size, 0);
}

/** None where a folder goes while it is looked through: it is looked at again soon. */
function namesBelow(folder: string): readonly string[] {
  try {
    return readdirSync(folder, { recursive: true, encoding: "utf8" });
  } catch {
    return [];
  }
}

/** 40 MB for the smallest model, and what it may grow by with the weights. */
const mostMegabytes = (size: number): number => 40 + 0.01 * size;

function toRows(step: Step, { seconds, peakAnonymousBytes }: Measured, size: number): Row[] {
  return [
    toRow({ metric: `${step}: time`, unit: "s", ours: [seconds] }),
    toRow({
      metric: `${step}: anonymous memory at its peak`,
      unit: "MB",
      ours: [peakAnonymousBytes / 1e6],
      ...(step === "fetch-and-predict" && {
        goal: { kind: "atMost" as const, value: mostMegabytes(size), of: "ours" as const },
      }),
    }),
  ];
}

function toNotes(steps: readonly Measured[]): string[] {
  const gigabytes = Math.max(...steps.map(({ peakDiskBytes }) => peakDiskBytes)) / 1e9;
  return [
    "ask-original: the model as it was written, loaded from its path with the runtime's defaults",
    "each step in a process of its own, its start included; fetched over HTTP from a server in another one",
    "the answer of the fetched model is that of the original",
    `${gigabytes.toFixed(1)} GB of disk at the peak, all of which is free again`,
  ];
}

interface FolderServer {
  readonly url: string;
  stop(): Promise<void>;
}

async function serveFolder(folder: string): Promise<FolderServer> {
  const child = fork(fileURLToPath(new URL("./folder-server.ts", import.meta.url)), [folder], {
    execArgv: ["--disable-warning=ExperimentalWarning"],
  });
  const ended = once(child, "exit");
  const [{ port }] = await (once(child, "message") as Promise<[{ port: number }]>);
  return {
    url: `http://127.0.0.1:${port}/`,
    async stop() {
      if (child.connected) child.disconnect();
      await ended;
    },
  };
}
