import { type Row, toRow } from "../frame/row.ts";
import { startLoadGenerator } from "../throughput/load-generator.ts";
import type { LoadSettings } from "../throughput/measure-load.ts";
import { withWorkers } from "../throughput/node-contenders.ts";
import { loadInTurn, withContenders } from "../throughput/run-contenders.ts";

const WORKERS = 4;
const CLIENTS = 8;
/** As long as it takes until workers share their packed weights. */
const FIRST_LOAD_SECONDS = 10;
/** DESIGN's bound on what more workers take. */
const GOAL = 1.5;

/** What several workers take of memory that hold the model of 100 MB, against one, where it is among the models. */
export async function workerMemoryRows(
  { models, cache, rounds, seconds }: LoadSettings,
  progress: (text: string) => void,
): Promise<readonly Row[]> {
  const workload = models.find(({ graph }) => graph.name === "mlp-100");
  if (workload === undefined) return [];
  const generator = startLoadGenerator();
  try {
    const contest = { workload, cache, generator, progress, firstLoadSeconds: FIRST_LOAD_SECONDS };
    const contenders = [withWorkers(1), withWorkers(WORKERS)];
    return await withContenders({ ...contest, contenders, onFailure }, async (running) => {
      const [one = [], several = []] = (await loadInTurn(running, { clients: CLIENTS, rounds, seconds })).values();
      const row = toRow({
        metric: `${workload.graph.name}: memory of ${WORKERS} workers, against one`,
        unit: "MB",
        ours: several.map(({ memoryBytes }) => memoryBytes / 1e6),
        floor: one.map(({ memoryBytes }) => memoryBytes / 1e6),
        goal: { kind: "atMost", value: GOAL, of: "ratioToFloor" },
      });
      return [row];
    });
  } finally {
    await generator.stop();
  }
}

function onFailure(_: unknown, error: unknown): never {
  throw error;
}
