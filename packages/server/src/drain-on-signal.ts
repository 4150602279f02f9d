import { constants } from "node:os";
import type { RunningServer } from "./start-server.ts";

/**
 * Drains the server at the first of these signals and resolves when it is drained; a second signal ends the process at
 * once, with the code that shells give to a death by that signal.
 */
export function drainOnSignal(
  server: RunningServer,
  signals: readonly NodeJS.Signals[] = ["SIGTERM", "SIGINT"],
): Promise<void> {
  return new Promise((resolve, reject) => {
    let isDraining = false;
    const handle = (signal: NodeJS.Signals): void => {
      if (isDraining) process.exit(128 + constants.signals[signal]);
      isDraining = true;
      server
        .drain()
        .finally(() => {
          for (const each of signals) process.off(each, handle);
        })
        .then(resolve, reject);
    };
    for (const signal of signals) process.on(signal, handle);
  });
}
