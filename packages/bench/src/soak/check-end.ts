import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { processTree } from "../throughput/process-tree.ts";
import { temporaryFolders } from "./holdings.ts";
import { SoakClient, type SoakScene } from "./soak-client.ts";
import { SOAK_MODELS } from "./soak-models.ts";
import { cacheFolder } from "./soak-registry.ts";
import type { SoakService } from "./soak-service.ts";

type Scene = Omit<SoakScene, "ending">;

/** A breaker that has opened closes again by then. */
const RECOVERY_MS = 60_000;
const DRAIN_MS = 12_000;
/** So long that the service has begun to read each request before it is asked to drain. */
const BEGUN_MS = 300;
const SLOWLY = { pieces: 40 } as const;

/** Every model answers right once more when nothing disturbs it. */
export async function checkRecovery(scene: Scene): Promise<void> {
  const { record } = scene;
  const endsAtMs = performance.now() + RECOVERY_MS;
  for (const { name } of SOAK_MODELS) {
    const before = record.countOf(`${name}: right answers`);
    while (record.countOf(`${name}: right answers`) === before) {
      if (performance.now() > endsAtMs) return record.violate(`${name} does not answer when all is over`);
      await askOnce(scene, "after", name);
      await sleep(100);
    }
  }
}

/** Requests that are being sent are answered, then the process ends by itself and leaves nothing behind. */
export async function checkDrain(service: SoakService, scene: Scene, folder: string): Promise<void> {
  const { record } = scene;
  const processes = processTree(service.pid);
  const asking = SOAK_MODELS.map(({ name }) => askOnce(scene, "draining", name, SLOWLY));
  await sleep(BEGUN_MS);
  service.drain();
  await Promise.all(asking);
  const code = await Promise.race([service.ended, sleep(DRAIN_MS, "nothing", { ref: false })]);
  if (code !== 0) record.violate(`the service ended with ${code} when it was asked to drain`);
  const left = processes.filter((pid) => existsSync(`/proc/${pid}`));
  if (code === 0 && left.length > 0) record.violate(`processes ${left.join(", ")} outlived the service`);
  const remains = [...readdirSync(join(cacheFolder(folder), "work")), ...temporaryFolders(folder)];
  if (code === 0 && remains.length > 0) record.violate(`the drained service left ${remains.join(", ")}`);
}

async function askOnce(scene: Scene, name: string, model: string, manner = {}): Promise<void> {
  const asked = scene.cases.find((each) => each.model === model);
  if (asked === undefined) throw new RangeError(`no case of ${model}`);
  const ending = new AbortController();
  const client = new SoakClient({ ...scene, ending: ending.signal }, `${name}-${model}`);
  await client.repeat(async () => {
    ending.abort();
    await client.ask(asked, "json", manner);
  }, 0);
}
