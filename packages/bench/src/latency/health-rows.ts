import { type Row, toRow } from "../frame/row.ts";
import { NAIVE, OURS } from "../throughput/node-contenders.ts";
import { percentile } from "../throughput/percentile.ts";
import type { RunningContender } from "../throughput/running-contender.ts";
import { readEventLoopLagMs } from "./event-loop-lag.ts";
import { pollHealth } from "./poll-health.ts";

const CLIENTS = 8;
/** DESIGN's bound on how long the event loop may be held up. */
const GOAL_MS = 5;

/**
 * How long a server under load takes to say that it lives: ours, and where it runs, the one that runs models inline. And how
 * late our event loop is meanwhile, without what the asking process waits for processors.
 */
export async function measureHealth(
  model: string,
  running: readonly RunningContender[],
  { rounds, seconds }: { readonly rounds: number; readonly seconds: number },
): Promise<readonly Row[]> {
  const lags: number[] = [];
  const ours: number[] = [];
  const naive: number[] = [];
  for (let round = 0; round < rounds; round++) {
    for (const contender of running) {
      if (contender.name === OURS.name) {
        const origin = originOf(contender);
        await readEventLoopLagMs(origin);
        ours.push(await healthUnderLoad(contender, seconds));
        lags.push(await readEventLoopLagMs(origin));
      }
      if (contender.name === NAIVE.name) naive.push(await healthUnderLoad(contender, seconds));
    }
  }
  const load = `${model}, ${CLIENTS} clients`;
  const goal = { kind: "atMost", value: GOAL_MS, of: "ours" } as const;
  return [
    toRow({ metric: `${load}: health p99`, unit: "ms", ours, ...(naive.length > 0 && { naive }) }),
    toRow({ metric: `${load}: event loop's lag p99`, unit: "ms", ours: lags, goal }),
  ];
}

function originOf({ server }: RunningContender): string {
  return `http://127.0.0.1:${server.port}`;
}

async function healthUnderLoad(contender: RunningContender, seconds: number): Promise<number> {
  const poll = pollHealth(`${originOf(contender)}/v2/health/live`);
  await contender.load(CLIENTS, seconds).catch(async (error: unknown) => {
    await poll.stop();
    throw error;
  });
  return percentile(await poll.stop(), 0.99);
}
