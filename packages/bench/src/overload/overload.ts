import { loadavg } from "node:os";
import { type Bench, defineBench, type Progress } from "../frame/bench.ts";
import { type Apart, apart } from "../frame/processors.ts";
import type { Row } from "../frame/row.ts";
import { DEFAULT_CACHE, modelFile } from "../models/model-file.ts";
import type { Workload } from "../throughput/workloads.ts";
import { loadBareModel, toFeeds } from "../warm/bare-model.ts";
import { startServerProcess } from "../warm/server-process.ts";
import { DEADLINE_MS } from "./deadline.ts";
import { findWorkload, WORKLOAD_NAMES } from "./find-workload.ts";
import { startGenerator } from "./generator.ts";
import { type Measured, overloadOnce } from "./overload-once.ts";
import { describeWrong, toRows } from "./overload-rows.ts";

/** What becomes of a service that gets many times what it can do. */
export const overload: Bench = defineBench({
  name: "overload",
  summary: "a service gets ten times what it can answer: what it still answers, how it refuses, how it recovers",
  flags: {
    seconds: { default: 60, description: "seconds of overload for each model; 5 for a short look" },
    times: { default: 10, description: "times the capacity" },
    models: { default: "tiny,mlp-100,mobilenet", description: `of ${WORKLOAD_NAMES.join(", ")}` },
    profile: { default: "", description: "directory for a CPU profile of the service; none where empty" },
    cache: { default: DEFAULT_CACHE, description: "directory of the generated models" },
  },
  async measure({ models, ...settings }, progress) {
    const workloads = models.split(",").map(findWorkload);
    const rows: Row[] = [];
    const processors = apart();
    const notes = [
      ...NOTES,
      describe(processors),
      `${loadavg()[0]?.toFixed(1)} processes wanted a processor in the minute before`,
    ];
    for (const workload of workloads) {
      const measured = await measure(workload, { ...settings, processors }, progress);
      rows.push(...toRows(workload.graph.name, measured));
      notes.push(...describeWrong(workload.graph.name, measured));
    }
    return { rows, notes };
  },
});

const NOTES = [
  `capacity: the best of closed loops of 8 and 32 callers, as is; every request has ${DEADLINE_MS} ms, by the service and by its callers`,
  "the generator is a process of its own on the same machine with 1,000 connections, opened before; it asks in binary",
  "memory: anonymous, of the service and its children; growth: median of the last quarter less that of the second",
  "recovery: from the end of the load to the first of five lone requests in a row that take no longer than twice what they took before, or 5 ms more",
];

interface Settings {
  readonly seconds: number;
  readonly times: number;
  readonly cache: string;
  readonly profile: string;
  readonly processors: Apart | undefined;
}

function describe(processors: Apart | undefined): string {
  if (processors === undefined)
    return "the generator takes from the processors of the service: nothing keeps them apart";
  return `the service runs on processors ${processors.service}, the generator on ${processors.load}`;
}

async function measure(
  workload: Workload,
  { cache, profile, processors, ...settings }: Settings,
  progress: Progress,
): Promise<Measured> {
  const { name } = workload.graph;
  const path = modelFile(workload.graph, cache);
  const recorded = await askBare(workload, path);
  const service = await startServerProcess(new URL("./service-server.ts", import.meta.url), {
    models: { [name]: path },
    processors: processors?.service,
    ...(profile && { profileDirectory: profile }),
  });
  const order = { origin: service.url, workload: name, recorded, deadlineMs: DEADLINE_MS };
  const generator = startGenerator(order, processors?.load);
  try {
    return await overloadOnce(generator, service.pid, settings, (message) => progress(`${name}: ${message}`));
  } finally {
    await generator.stop();
    await service.stop();
  }
}

async function askBare({ requests }: Workload, path: string): Promise<readonly (readonly number[])[]> {
  const model = await loadBareModel(path);
  const answers: (readonly number[])[] = [];
  for (const inputs of requests) {
    const [output] = Object.values(await model.run(toFeeds(inputs)));
    answers.push(Array.from(output?.data as Float32Array));
  }
  return answers;
}
