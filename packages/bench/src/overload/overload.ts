import { type Bench, defineBench, type Progress, UsageError } from "../frame/bench.ts";
import type { Row } from "../frame/row.ts";
import { DEFAULT_CACHE, modelFile } from "../models/model-file.ts";
import { loadBareModel, toFeeds } from "../warm/bare-model.ts";
import { startServerProcess } from "../warm/server-process.ts";
import { SUBJECTS, type Subject } from "../warm/subjects.ts";
import { DEADLINE_MS } from "./deadline.ts";
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
    models: { default: "tiny,mobilenet,transformer", description: `of ${SUBJECTS.map(nameOf).join(", ")}` },
    cache: { default: DEFAULT_CACHE, description: "directory of the generated models" },
  },
  async measure({ seconds, times, models, cache }, progress) {
    const subjects = models.split(",").map(findSubject);
    const rows: Row[] = [];
    const notes = [...NOTES];
    for (const subject of subjects) {
      const measured = await measure(subject, { seconds, times, cache }, progress);
      rows.push(...toRows(subject.graph.name, measured));
      notes.push(...describeWrong(subject.graph.name, measured));
    }
    return { rows, notes };
  },
});

const NOTES = [
  `capacity: the best of closed loops of 8 and 32 callers, as is; every request has ${DEADLINE_MS} ms, by the service and by its callers`,
  "the generator is a process of its own on the same machine and opens up to 2,000 connections; it asks in binary",
  "memory: anonymous, of the service and its children; growth: median of the last quarter less that of the second",
  "recovery: from the end of the load to the first of five lone requests in a row that take no longer than twice what they took before, or 5 ms more",
];

function nameOf({ graph }: Subject): string {
  return graph.name;
}

function findSubject(name: string): Subject {
  const subject = SUBJECTS.find(({ graph }) => graph.name === name);
  if (subject !== undefined) return subject;
  throw new UsageError(`--models takes names of ${SUBJECTS.map(nameOf).join(", ")}, not "${name}"`);
}

interface Settings {
  readonly seconds: number;
  readonly times: number;
  readonly cache: string;
}

async function measure(subject: Subject, { cache, ...settings }: Settings, progress: Progress): Promise<Measured> {
  const { name } = subject.graph;
  const path = modelFile(subject.graph, cache);
  const recorded = await askBare(subject, path);
  const service = await startServerProcess(new URL("./service-server.ts", import.meta.url), {
    models: { [name]: path },
  });
  const generator = startGenerator({ origin: service.url, subject: name, recorded, deadlineMs: DEADLINE_MS });
  try {
    return await overloadOnce(generator, service.pid, settings, (message) => progress(`${name}: ${message}`));
  } finally {
    await generator.stop();
    await service.stop();
  }
}

async function askBare({ inputs }: Subject, path: string): Promise<readonly number[]> {
  const model = await loadBareModel(path);
  const [output] = Object.values(await model.run(toFeeds(inputs)));
  return Array.from(output?.data as Float32Array);
}
