/** Within the ten seconds that Cloud Run gives after SIGTERM. */
const GRACE_MS = 8_000;
const SIGNALS = ["SIGTERM", "SIGINT"] as const;

/** As much of the process as draining takes. */
export interface DrainedProcess {
  removeAllListeners(signal: string): unknown;
  once(signal: string, listener: () => void): unknown;
  exit(code: number): void;
}

/** Counts the requests under way, so that the process ends after the last of them. */
export interface FunctionDrain {
  begin(): void;
  end(): void;
  isDraining(): boolean;
}

/**
 * Drains the function at SIGTERM. The functions framework answers the newest request with a crash and exits at once; it
 * sets that up as it begins to listen, so the first request is the moment to take its place.
 */
export function createFunctionDrain(close: () => Promise<void>, owner: DrainedProcess): FunctionDrain {
  let underWay = 0;
  let isArmed = false;
  let isDraining = false;
  let onIdle: (() => void) | undefined;

  async function drain(): Promise<void> {
    if (isDraining) return;
    isDraining = true;
    const cutOff = setTimeout(() => owner.exit(1), GRACE_MS);
    if (underWay > 0) await new Promise<void>((resolve) => (onIdle = resolve));
    await close();
    clearTimeout(cutOff);
    owner.exit(0);
  }

  function arm(): void {
    isArmed = true;
    for (const signal of SIGNALS) {
      owner.removeAllListeners(signal);
      owner.once(signal, () => void drain());
    }
  }

  return {
    begin() {
      if (!isArmed) arm();
      underWay += 1;
    },
    end() {
      underWay -= 1;
      if (underWay === 0) onIdle?.();
    },
    isDraining: () => isDraining,
  };
}
