import { type Bench, defineBench } from "../frame/bench.ts";
import type { Row } from "../frame/row.ts";
import { LOAD_FLAGS, LOAD_NOTES, toLoadSettings } from "../throughput/load-flags.ts";
import { describeCells, describeFailures, failureRow, latencyRows } from "../throughput/load-rows.ts";
import { measureLoad } from "../throughput/measure-load.ts";
import { measureHealth } from "./health-rows.ts";
import { workerMemoryRows } from "./worker-memory-row.ts";

/** How long clients wait, and whether the server says that it lives meanwhile. */
export const latency: Bench = defineBench({
  name: "latency",
  summary:
    "p50 and p99 under load, and of health answers meanwhile: ours with nothing tuned, node:http, FastAPI, MLServer",
  flags: LOAD_FLAGS,
  async measure(flags, progress) {
    const settings = toLoadSettings(flags);
    const health: Row[] = [];
    const { cells, leftOut } = await measureLoad(settings, progress, async ({ graph }, running) => {
      progress(`${graph.name}: health answers under load`);
      health.push(...(await measureHealth(graph.name, running, settings)));
    });
    const memory = await workerMemoryRows(settings, progress);
    const latencies = [...latencyRows(cells, "p50Ms"), ...latencyRows(cells, "p99Ms")];
    const rows = [...latencies, ...health, ...memory, failureRow(cells)];
    const excuses = [...settings.notInstalled, ...leftOut, ...describeFailures(cells)];
    return { rows, notes: [...LOAD_NOTES, HEALTH_NOTE, ...excuses, describeCells(cells)] };
  },
});

const HEALTH_NOTE =
  "health: asked every 10 ms on a connection of its own while 8 clients predict, so that it also counts what the asking " +
  "process waits for a processor; naive: node:http";
