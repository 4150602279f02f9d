import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { processTree } from "../throughput/process-tree.ts";
import { cacheFolder, temporaryFolder } from "./soak-registry.ts";

/** What a service holds beside memory. */
export interface Holdings {
  readonly files: number;
  readonly sockets: number;
  readonly threads: number;
  readonly children: number;
  /** Folders of hard links in its cache of weights. */
  readonly links: number;
  /** Folders for temporary files. */
  readonly temporary: number;
  /** Distinct weight files that the service, or one of its children, has mapped: the most of any. */
  readonly mapped: number;
}

/** Bounds of holdings. */
export type Bounds = Readonly<Record<keyof Holdings, number>>;

export function holdingsOf(pid: number, folder: string): Holdings {
  const descriptors = listed(`/proc/${pid}/fd`).map((each) => target(`/proc/${pid}/fd/${each}`));
  const sockets = descriptors.filter((each) => each.startsWith("socket:")).length;
  const processes = processTree(pid);
  return {
    files: descriptors.length - sockets,
    sockets,
    threads: listed(`/proc/${pid}/task`).length,
    children: processes.length - 1,
    links: listed(join(cacheFolder(folder), "work")).length,
    temporary: temporaryFolders(folder).length,
    mapped: Math.max(...processes.map((each) => mappedFiles(each, folder))),
  };
}

const SETTLE_MS = 15_000;
const LOOK_MS = 250;

/** Looks until nothing is above its bound, or for a while. @returns what is above its bound at the end, in words. */
export async function excessAfterSettling(pid: number, folder: string, bounds: Bounds): Promise<string[]> {
  const endsAtMs = performance.now() + SETTLE_MS;
  for (;;) {
    const excess = excessOf(holdingsOf(pid, folder), bounds);
    if (excess.length === 0 || performance.now() > endsAtMs) return excess;
    await sleep(LOOK_MS);
  }
}

export function excessOf(holdings: Holdings, bounds: Bounds): string[] {
  const names = Object.keys(bounds) as (keyof Holdings)[];
  return names
    .filter((name) => holdings[name] > bounds[name])
    .map((name) => `${holdings[name]} ${name}, not ${bounds[name]} or less`);
}

/** Made in the service's own place for temporary files, and in the one that layouts of weights share there. */
export function temporaryFolders(folder: string): string[] {
  const place = temporaryFolder(folder);
  return listed(place).flatMap((name) => listed(join(place, name)).map((each) => join(place, name, each)));
}

function mappedFiles(pid: number, folder: string): number {
  try {
    const lines = readFileSync(`/proc/${pid}/maps`, "utf8").split("\n");
    const paths = lines.flatMap((line) => {
      const at = line.indexOf(folder);
      return at < 0 ? [] : [line.slice(at)];
    });
    return new Set(paths).size;
  } catch {
    return 0;
  }
}

function listed(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function target(link: string): string {
  try {
    return readlinkSync(link);
  } catch {
    return "";
  }
}
