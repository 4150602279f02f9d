import { toRequestBytes } from "../throughput/request-bytes.ts";
import { toBinaryBody } from "../warm/bodies.ts";
import { SUBJECTS } from "../warm/subjects.ts";
import { Connections } from "./connections.ts";
import type { LoadOrder, Phase, PhaseReports } from "./generator.ts";
import { closed, type Load, lone, open } from "./phases.ts";
import { createCheck } from "./right-answer.ts";
import { Tally } from "./tally.ts";

/** A process that asks one service, phase by phase, as its parent tells it. */
const MOST_CONNECTIONS = 2_000;
/** Beyond the deadline: what comes then is late, what does not come by then has been forgotten. */
const PATIENCE_MS = 5_000;

const { origin, subject: name, recorded, deadlineMs } = JSON.parse(process.argv[2] ?? "") as LoadOrder;
const url = new URL(origin);
const check = createCheck(recorded);
const load: Load = {
  connections: new Connections(url, { most: MOST_CONNECTIONS, patienceMs: deadlineMs + PATIENCE_MS }),
  request: toRequest(name),
  newTally: () => new Tally(deadlineMs, check),
};

process.on("message", (phase: Phase) => {
  void run(phase).then((report) => process.send?.(report));
});
process.once("disconnect", () => process.exit());

async function run(phase: Phase): Promise<PhaseReports[Phase["kind"]]> {
  if (phase.kind === "lone") return lone(load, phase.seconds);
  return phase.kind === "closed" ? closed(load, phase) : open(load, phase);
}

function toRequest(asked: string): Uint8Array {
  const subject = SUBJECTS.find(({ graph }) => graph.name === asked);
  if (subject === undefined) throw new RangeError(`no subject ${asked}`);
  return toRequestBytes(`/v2/models/${asked}/infer`, toBinaryBody(subject.inputs));
}
