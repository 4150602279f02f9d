import { toRequestBytes } from "../throughput/request-bytes.ts";
import { toBinaryBody } from "../warm/bodies.ts";
import { Connections } from "./connections.ts";
import { findWorkload } from "./find-workload.ts";
import type { LoadOrder, Phase, PhaseReports } from "./generator.ts";
import { closed, type Load, type LoadRequest, lone, open } from "./phases.ts";
import { createCheck } from "./right-answer.ts";
import { Tally } from "./tally.ts";

/** A process that asks one service, phase by phase, as its parent tells it. */
const CONNECTIONS = 1_000;
const LIVE = Buffer.from("GET /v2/health/live HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n");
/** Beyond the deadline: what comes then is late, what does not come by then has been forgotten. */
const PATIENCE_MS = 5_000;

let load: Promise<Load> | undefined;

process.on("message", (message: LoadOrder | Phase) => {
  if (message.kind === "order") load = toLoad(message);
  else void load?.then((each) => run(each, message)).then((report) => process.send?.(report));
});
process.once("disconnect", () => process.exit());

async function toLoad({ origin, workload, recorded, deadlineMs }: LoadOrder): Promise<Load> {
  const inputs = findWorkload(workload).requests;
  const requests = inputs.map((each, index): LoadRequest => {
    const bytes = toRequestBytes(`/v2/models/${workload}/infer`, toBinaryBody(each));
    return { bytes, isRight: createCheck(recorded[index] ?? []) };
  });
  const connections = new Connections(new URL(origin), { most: CONNECTIONS, patienceMs: deadlineMs + PATIENCE_MS });
  await connections.openAll(LIVE);
  let turn = 0;
  return {
    connections,
    nextRequest: () => requests[turn++ % requests.length] as LoadRequest,
    newTally: () => new Tally(deadlineMs),
  };
}

async function run(load: Load, phase: Phase): Promise<PhaseReports[Phase["kind"]]> {
  if (phase.kind === "lone") return lone(load, phase.seconds);
  return phase.kind === "closed" ? closed(load, phase) : open(load, phase);
}
