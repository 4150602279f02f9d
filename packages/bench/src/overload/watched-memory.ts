import { median } from "../frame/statistics.ts";
import { processTree } from "../throughput/process-tree.ts";
import { anonymousBytes } from "../weights/sampled-process.ts";

/** Memory of a process and its children, looked at while something goes on. */
export interface WatchedMemory {
  readonly peakMegabytes: number;
  /** From the median of the second quarter of the time to that of the last. */
  readonly growthMegabytes: number;
}

/** Anonymous memory of a process and all below it, looked at again and again until it is asked for. */
export function watchMemory(pid: number, everyMs = 100): () => WatchedMemory {
  const samples: number[] = [];
  const look = (): void => {
    samples.push(processTree(pid).reduce((sum, each) => sum + anonymousBytes(each), 0) / 1e6);
  };
  look();
  const looking = setInterval(look, everyMs);
  return () => {
    clearInterval(looking);
    look();
    return { peakMegabytes: Math.max(...samples), growthMegabytes: growthOf(samples) };
  };
}

/** The first quarter is left out: it is the way up to the plateau. */
export function growthOf(samples: readonly number[]): number {
  const quarter = (first: number): readonly number[] => {
    return samples.slice(Math.floor(first * samples.length), Math.ceil((first + 0.25) * samples.length));
  };
  return median(quarter(0.75)) - median(quarter(0.25));
}
