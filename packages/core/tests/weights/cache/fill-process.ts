import { WeightCache } from "../../../src/weights/cache/weight-cache.ts";
import type { WeightSet } from "../../../src/weights/cache/weight-folder.ts";
import { CHUNK_BYTES, QUICK, toLocation } from "../fetch/fetch-harness.ts";

/** What the process is to do, as JSON in its argument. */
export interface FillOrder {
  readonly directory: string;
  readonly sets: readonly {
    readonly url: string;
    readonly files: readonly Omit<WeightSet["files"][number], "location">[];
  }[];
}

/** Brings one version after the other into the cache, until it is killed or has them all. */
async function fillAll({ directory, sets }: FillOrder): Promise<void> {
  const cache = new WeightCache({ directory });
  process.stdout.write("ready\n");
  for (const { url, files } of sets) {
    const located = files.map((file) => ({ ...file, location: toLocation(new URL(file.path, url)) }));
    const folder = await cache.open({ chunkBytes: CHUNK_BYTES, files: located }, QUICK);
    await folder.verified;
    await folder.release();
  }
  process.stdout.write("done\n");
}

await fillAll(JSON.parse(process.argv[2] ?? ""));
