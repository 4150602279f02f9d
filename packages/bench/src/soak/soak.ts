import { setTimeout as sleep } from "node:timers/promises";
import { watchMemory } from "../overload/watched-memory.ts";
import { checkDrain, checkRecovery } from "./check-end.ts";
import { type Bounds, excessAfterSettling, type Holdings, holdingsOf } from "./holdings.ts";
import { killWorkers } from "./kill-workers.ts";
import { ModelVersions } from "./model-versions.ts";
import { writeSoakModels } from "./soak-cases.ts";
import type { SoakScene } from "./soak-client.ts";
import { runClients } from "./soak-clients.ts";
import { excessMemory, type MemoryBounds, type SoakMemory } from "./soak-memory.ts";
import { SOAK_MODELS } from "./soak-models.ts";
import { KILLED, SoakRecord } from "./soak-record.ts";
import { fillRegistry } from "./soak-registry.ts";
import { type Isolation, type LoggedEvent, type SoakService, startSoakService } from "./soak-service.ts";
import { Swaps } from "./swaps.ts";

export interface SoakSettings {
  readonly seconds: number;
  readonly isolation: Isolation;
  readonly swapEveryMs: number;
  /** On average. */
  readonly killEveryMs: number;
  readonly memory: MemoryBounds;
}

export interface SoakReport {
  readonly record: SoakRecord;
  readonly memory: SoakMemory;
  readonly before: Holdings;
  readonly after: Holdings;
}

const TIMEOUT_MS = 10_000;
const REFRESH_MS = 200;
/** A descriptor or a thread that is opened once, on first use, is no leak; what each swap or request leaves behind is more. */
const SLACK = 8;
/** Killing ends a little before the rest, so that what comes back can be seen. */
const KILLING_SHARE = 0.9;

/**
 * Mixed models, clients, swaps and deaths of workers for a while, against a service in a process of its own.
 *
 * @param folder that is the soak's own; the service's temporary files lie in it, too.
 */
export async function runSoak(
  folder: string,
  settings: SoakSettings,
  progress: (message: string) => void,
): Promise<SoakReport> {
  progress("models, their answers, and a registry of them");
  const cases = await writeSoakModels(folder);
  const registry = await fillRegistry(folder);
  const record = new SoakRecord();
  const versions = new Map(SOAK_MODELS.map(({ name }) => [name, new ModelVersions(1)]));
  const swaps = new Swaps(registry, versions, record);
  const order = { folder, timeoutMs: TIMEOUT_MS, refreshMs: REFRESH_MS, isolation: settings.isolation };
  const service = await startSoakService(order, (event) => {
    swaps.hear(event);
    noteEvent(event, record);
  });
  try {
    const scene = { origin: service.url, cases, versions, record };
    return await soakService({ service, scene, swaps, folder, settings, progress });
  } finally {
    await service.kill();
  }
}

interface Soak {
  readonly service: SoakService;
  readonly scene: Omit<SoakScene, "ending">;
  readonly swaps: Swaps;
  readonly folder: string;
  readonly settings: SoakSettings;
  readonly progress: (message: string) => void;
}

async function soakService({ service, scene, swaps, folder, settings, progress }: Soak): Promise<SoakReport> {
  const { record } = scene;
  const { seconds, swapEveryMs, killEveryMs } = settings;
  const before = holdingsOf(service.pid, folder);
  const endMemory = watchMemory(service.pid, 250);
  const ending = new AbortController();
  const killing = AbortSignal.any([ending.signal, AbortSignal.timeout(KILLING_SHARE * 1000 * seconds)]);
  progress(`${seconds} s at ${service.url}, process ${service.pid}`);
  const running = Promise.all([
    runClients({ ...scene, ending: ending.signal }),
    swaps.run(swapEveryMs, ending.signal),
    killWorkers(service.pid, killEveryMs, record, killing),
  ]);
  const keptAtFirst = sleep(250 * seconds, undefined, { ref: false }).then(() => service.keptMegabytes());
  const death = await Promise.race([sleep(1000 * seconds), service.ended]);
  ending.abort();
  await running;
  const watched = endMemory();
  if (death !== undefined) {
    record.violate(`the service's process ended with ${death} before it was asked to`);
    return { record, memory: { ...watched, keptGrowthMegabytes: 0 }, before, after: before };
  }
  progress("what is left when everybody has gone");
  await checkRecovery(scene);
  for (const excess of await excessAfterSettling(service.pid, folder, toBounds(before)))
    record.violate(`left: ${excess}`);
  const after = holdingsOf(service.pid, folder);
  const keptGrowthMegabytes = (await service.keptMegabytes()) - (await keptAtFirst);
  const memory = { ...watched, keptGrowthMegabytes };
  for (const excess of excessMemory(memory, settings.memory)) record.violate(excess);
  if (before.children > 0 && record.countOf(KILLED) === 0) record.violate("no worker was killed, and there are some");
  await checkDrain(service, scene, folder);
  return { record, memory, before, after };
}

function toBounds({ files, sockets, threads, children, links, mapped }: Holdings): Bounds {
  const models = SOAK_MODELS.length;
  return {
    files: files + SLACK,
    sockets: sockets + SLACK,
    threads: threads + SLACK,
    children,
    links,
    // Models that have been used for a while move to weights in another order.
    temporary: models,
    mapped: mapped + models,
  };
}

/** A service under these conditions has nothing to fail at in a way that it does not expect. */
const MUST_NOT_BE: ReadonlySet<string> = new Set(["INTERNAL", "answer.failed", "server.failed"]);

function noteEvent({ level, event, message, requestId, error = "" }: LoggedEvent, record: SoakRecord): void {
  record.count(`log: ${level} ${event}`);
  if (MUST_NOT_BE.has(event)) record.violate(`${requestId ?? "the service"} (log): ${event}: ${message} ${error}`);
}
