import { type Row, toRow } from "../frame/row.ts";
import { startLoadGenerator } from "../throughput/load-generator.ts";
import { findWorkloads, type LoadSettings } from "../throughput/measure-load.ts";
import { withWorkers } from "../throughput/node-contenders.ts";
import { loadInTurn, withContenders } from "../throughput/run-contenders.ts";

const WORKERS = 4;
const CLIENTS = 8;
/** As long as it takes until workers share their packed weights. */
const FIRST_LOAD_SECONDS = 10;
/** DESIGN's bound on what more workers take. */
const GOAL = 1.5;

/** What several workers take of memory that hold a model of 100 MB, against one. */
export async function measureWorkerMemory(
  { cache, rounds, seconds }: LoadSettings,
  progress: (text: string) => void,
): Promise<Row> {
  const generator = startLoadGenerator();
  try {
    const [workload] = findWorkloads("mlp");
    if (workload === undefined) throw new Error("the workload of the MLP is missing");
    const contest = { workload, cache, generator, progress, firstLoadSeconds: FIRST_LOAD_SECONDS };
    const contenders = [withWorkers(1), withWorkers(WORKERS)];
    return await withContenders({ ...contest, contenders, onFailure }, async (running) => {
      const [one = [], several = []] = (await loadInTurn(running, { clients: CLIENTS, rounds, seconds })).values();
      return toRow({
        metric: `${workload.graph.name}: memory of ${WORKERS} workers, against one`,
        unit: "MB",
        ours: several.map(({ memoryBytes }) => memoryBytes / 1e6),
        floor: one.map(({ memoryBytes }) => memoryBytes / 1e6),
        goal: { kind: "atMost", value: GOAL, of: "ratioToFloor" },
      });
    });
  } finally {
    await generator.stop();
  }
}

function onFailure(_: unknown, error: unknown): never {
  throw error;
}
