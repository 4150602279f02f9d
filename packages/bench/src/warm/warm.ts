import { type Bench, defineBench, type Progress } from "../frame/bench.ts";
import type { Row } from "../frame/row.ts";
import { DEFAULT_CACHE, modelFile } from "../models/model-file.ts";
import { loadBareModel } from "./bare-model.ts";
import { measureCodecs } from "./codec-speed.ts";
import { connect } from "./http-client.ts";
import { measureRequests, toRequestRows } from "./request-latency.ts";
import { expectSameAnswers } from "./same-answers.ts";
import { type ServerProcess, startServerProcess } from "./server-process.ts";
import { SUBJECTS } from "./subjects.ts";

/** What a request costs once everything is loaded. */
export const warm: Bench = defineBench({
  name: "warm",
  summary: "one request at a time to a loaded model: bare run, binary and JSON over HTTP, the naive service",
  flags: {
    rounds: { default: 30, description: "measured rounds" },
    cache: { default: DEFAULT_CACHE, description: "directory of the generated models" },
    profile: { default: "", description: "directory for a CPU profile of our server; none where empty" },
  },
  async measure(settings, progress) {
    progress("preparing the models");
    const models = SUBJECTS.map(({ graph }) => [graph.name, modelFile(graph, settings.cache)] as const);
    const requests = await measureOverHttp(Object.fromEntries(models), settings, progress);
    progress("JSON codecs");
    return { rows: [...requests, ...(await measureCodecs(settings.rounds))], notes: NOTES };
  },
});

const NOTES = [
  "floor: bare session.run; naive: node:http, JSON.parse, Float32Array.from, session.run, JSON.stringify",
  "one request at a time; client and servers are processes of their own; bodies are encoded before the clock starts",
];

type ModelPaths = Readonly<Record<string, string>>;

interface Settings {
  readonly rounds: number;
  readonly profile: string;
}

async function measureOverHttp(models: ModelPaths, { rounds, profile }: Settings, progress: Progress): Promise<Row[]> {
  const servers: ServerProcess[] = [];
  const start = async (entry: URL, profileDirectory?: string): Promise<string> => {
    const options = { models, ...(profileDirectory && { profileDirectory }) };
    const server = await startServerProcess(entry, options);
    servers.push(server);
    return server.url;
  };
  try {
    const ours = connect(await start(new URL("./virga-server.ts", import.meta.url), profile));
    const naive = connect(await start(new URL("./naive-server.ts", import.meta.url)));
    const rows: Row[] = [];
    for (const subject of SUBJECTS) {
      const { name } = subject.graph;
      progress(`${name}: ${rounds} rounds`);
      const contestants = { bare: await loadBareModel(models[name] ?? ""), ours, naive };
      await expectSameAnswers(subject, contestants);
      rows.push(...toRequestRows(name, await measureRequests(subject, contestants, rounds)));
    }
    ours.close();
    naive.close();
    return rows;
  } finally {
    await Promise.all(servers.map((server) => server.stop()));
  }
}
