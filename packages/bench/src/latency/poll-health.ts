import { Agent, get } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

const EVERY_MS = 10;

/** Asks whether a server lives, again and again on one connection, until told to stop. @returns how long each answer took. */
export function pollHealth(url: string): { stop(): Promise<readonly number[]> } {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const latenciesMs: number[] = [];
  let isOver = false;
  const polling = (async () => {
    while (!isOver) {
      const startedAtMs = performance.now();
      await ask(url, agent);
      latenciesMs.push(performance.now() - startedAtMs);
      await sleep(EVERY_MS);
    }
  })();
  // Looked at when it is stopped.
  polling.catch(() => undefined);
  return {
    async stop() {
      isOver = true;
      await polling.finally(() => agent.destroy());
      return latenciesMs;
    },
  };
}

function ask(url: string, agent: Agent): Promise<void> {
  return new Promise((resolve, reject) => {
    get(url, { agent }, (incoming) => {
      incoming.resume();
      incoming.on("error", reject);
      incoming.on("end", () => {
        if (incoming.statusCode === 200) resolve();
        else reject(new Error(`${url} answered ${incoming.statusCode}`));
      });
    }).on("error", reject);
  });
}
