import { setTimeout as sleep } from "node:timers/promises";

/** Callers that keep a service busy while something is measured. */
export interface Clients {
  /** Ends them. @throws Error when a request failed. */
  stop(): Promise<void>;
}

const CLIENTS = 2;
const PAUSE_MS = 20;

/** Lets callers ask again and again; what `ask` throws is a failed request. */
export function startClients(ask: () => Promise<unknown>): Clients {
  let isOver = false;
  const callers = Array.from({ length: CLIENTS }, async () => {
    while (!isOver) {
      await ask();
      await sleep(PAUSE_MS);
    }
  });
  const outcome = Promise.allSettled(callers);
  return {
    async stop() {
      isOver = true;
      const failed = (await outcome).find((each) => each.status === "rejected");
      if (failed) throw failed.reason;
    },
  };
}
