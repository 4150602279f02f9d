import { type Bench, defineBench } from "../frame/bench.ts";
import { LOAD_FLAGS, LOAD_NOTES, toLoadSettings } from "./load-flags.ts";
import {
  batchingRows,
  describeCells,
  describeFailures,
  failureRow,
  latencyRows,
  memoryRows,
  throughputRows,
} from "./load-rows.ts";
import { measureLoad } from "./measure-load.ts";

/** How many requests a second a server answers, and in how much memory. */
export const throughput: Bench = defineBench({
  name: "throughput",
  summary: "requests per second, p99 and memory under load: ours with nothing tuned, node:http, FastAPI, MLServer",
  flags: LOAD_FLAGS,
  async measure(flags, progress) {
    const settings = toLoadSettings(flags);
    const { cells, leftOut } = await measureLoad(settings, progress);
    const rows = [
      ...throughputRows(cells),
      ...latencyRows(cells, "p99Ms"),
      ...memoryRows(cells),
      ...batchingRows(cells),
      failureRow(cells),
    ];
    const excuses = [...settings.notInstalled, ...leftOut, ...describeFailures(cells)];
    return { rows, notes: [...LOAD_NOTES, ...excuses, describeCells(cells)] };
  },
});
