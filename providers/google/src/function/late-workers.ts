import type { Engine, Log, Session } from "@virga/core";

type Load = Parameters<Engine["load"]>;
type Lanes = NonNullable<Engine["lanes"]>;
/** An engine that runs models beside the calling thread. */
type LaneEngine = Engine & Required<Pick<Engine, "lanes" | "close">>;

/** What an engine that moves is made of. */
export interface LateWorkersOptions {
  /** Runs models on the calling thread. */
  readonly here: Engine;
  /** Starts what runs them beside it. */
  readonly start: () => LaneEngine;
  readonly log: Log;
}

/** An engine whose models move from the calling thread into workers. */
export interface LateWorkers extends LaneEngine {
  /** The instance is ready: models move after the first run, or soon where nobody asks. */
  ready(): void;
}

/** Until models move where nobody asks. */
const IDLE_MS = 500;

/**
 * An engine that runs models on the calling thread until the first run is over, and in workers from then on: a thread takes
 * 40 ms of CPU to start, for which the first answer of a new instance would wait.
 */
export function createLateWorkers({ here, start, log }: LateWorkersOptions): LateWorkers {
  const listeners = new Set<() => void>();
  const moving = new Set<(workers: LaneEngine) => Promise<void>>();
  let stage: "loading" | "ready" | "leaving" | "closed" = "loading";
  let workers: LaneEngine | undefined;
  let hasMoved = false;
  let timer: NodeJS.Timeout | undefined;

  function tell(): void {
    for (const listener of listeners) listener();
  }

  function moveIn(delayMs: number): void {
    clearTimeout(timer);
    timer = setTimeout(() => void move(), delayMs).unref();
  }

  async function move(): Promise<void> {
    stage = "leaving";
    const started = start();
    workers = started;
    started.lanes.onChange(() => (hasMoved ? tell() : undefined));
    await Promise.all([...moving].map((each) => each(started)));
    hasMoved = true;
    tell();
  }

  /** The answer goes before. */
  function hasRun(): void {
    if (stage !== "ready") return;
    stage = "leaving";
    moveIn(0);
  }

  const lanes: Lanes = {
    get count() {
      return hasMoved && workers !== undefined ? workers.lanes.count : 1;
    },
    get failure() {
      return hasMoved ? workers?.lanes.failure : undefined;
    },
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };

  function toMovingSession(first: Session, load: Load): Session {
    let current = first;
    let isDone = false;
    let moved: Promise<void> = Promise.resolve();

    async function moveTo(engine: LaneEngine): Promise<void> {
      try {
        const target = await engine.load(...load);
        if (isDone) return await target.close();
        current = target;
        await first.close();
      } catch (error) {
        if (isDone) return;
        const message = "No worker could load a model that runs on the thread that answers; it stays there.";
        log({ level: "error", event: "worker-load-failed", message, error });
      }
    }
    const register = (engine: LaneEngine): Promise<void> => {
      moved = moveTo(engine);
      return moved;
    };
    moving.add(register);
    if (workers !== undefined) void register(workers);
    return {
      ...first,
      async run(...asked) {
        try {
          return await current.run(...asked);
        } finally {
          hasRun();
        }
      },
      async close() {
        isDone = true;
        moving.delete(register);
        await moved;
        await current.close();
      },
    };
  }

  return {
    platform: here.platform,
    lanes,
    async load(...asked) {
      if (workers !== undefined) return workers.load(...asked);
      return toMovingSession(await here.load(...asked), asked);
    },
    ready() {
      if (stage !== "loading") return;
      stage = "ready";
      moveIn(IDLE_MS);
    },
    async close() {
      stage = "closed";
      clearTimeout(timer);
      await workers?.close();
      await here.close?.();
    },
  };
}
