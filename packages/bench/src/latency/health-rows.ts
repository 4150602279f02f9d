import { type Row, toRow } from "../frame/row.ts";
import { NAIVE, OURS } from "../throughput/node-contenders.ts";
import { percentile } from "../throughput/percentile.ts";
import type { RunningContender } from "../throughput/running-contender.ts";
import { pollHealth } from "./poll-health.ts";

const CLIENTS = 8;
/** DESIGN's bound on how long the event loop may be held up. */
const GOAL_MS = 5;

/** How long a server under load takes to say that it lives: ours, and where it runs, the one that runs models inline. */
export async function measureHealth(
  model: string,
  running: readonly RunningContender[],
  { rounds, seconds }: { readonly rounds: number; readonly seconds: number },
): Promise<Row> {
  const ours: number[] = [];
  const naive: number[] = [];
  for (let round = 0; round < rounds; round++) {
    for (const contender of running) {
      if (contender.name === OURS.name) ours.push(await healthUnderLoad(contender, seconds));
      if (contender.name === NAIVE.name) naive.push(await healthUnderLoad(contender, seconds));
    }
  }
  return toRow({
    metric: `${model}, ${CLIENTS} clients: health p99`,
    unit: "ms",
    ours,
    ...(naive.length > 0 && { naive }),
    goal: { kind: "atMost", value: GOAL_MS, of: "ours" },
  });
}

async function healthUnderLoad({ server, load }: RunningContender, seconds: number): Promise<number> {
  const poll = pollHealth(`http://127.0.0.1:${server.port}/v2/health/live`);
  await load(CLIENTS, seconds).catch(async (error: unknown) => {
    await poll.stop();
    throw error;
  });
  return percentile(await poll.stop(), 0.99);
}
