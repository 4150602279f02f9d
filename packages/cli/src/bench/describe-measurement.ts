import { formatByteSize } from "../print/byte-size.ts";
import { alignRight, formatTable } from "../print/table.ts";
import type { OwnMeasurement } from "./measure-model.ts";

/** A measurement for people. */
export function describeMeasurement(measurement: OwnMeasurement): string {
  const { model, inputs, latencies, initMs, memoryMb, modelBytes } = measurement;
  const header = ["threads", "median ms", "p99 ms", "runs"];
  const rows = latencies.map(({ threads, durationMs, p99Ms, runs }) => [
    String(threads),
    durationMs,
    p99Ms,
    String(runs),
  ]);
  const facts = [
    ["cold start", initMs === undefined ? "" : `${initMs} ms, from the start of a process to its first prediction`],
    ["memory", memoryMb === undefined ? "" : `${memoryMb} MB at most, with Node and onnxruntime`],
    ["on disk", modelBytes === undefined ? "" : formatByteSize(modelBytes)],
  ].filter(([, text]) => text !== "");
  const given = Object.entries(inputs).map(([name, description]) => `${name} ${description}`);
  return [
    `${model}, with ${given.join(", ")}`,
    "",
    formatTable(alignRight([header, ...rows], [0, 1, 2, 3]), "  "),
    "",
    formatTable(facts, "  "),
  ].join("\n");
}
