import { median } from "./statistics.ts";

/** Takes one sample, in whatever unit its row says. */
export type Measure = () => number | Promise<number>;

/** One sample a round for each contender. */
export type Samples<Name extends string> = Readonly<Record<Name, readonly number[]>>;

export interface Rounds {
  readonly rounds: number;
  /** Rounds before the first that counts, for caches and the compiler; 1 where absent. */
  readonly warmUps?: number;
}

/** Measures every contender once a round, in turn, so that the machine's slow phases strike all of them alike. */
export async function interleave<Name extends string>(
  contenders: Readonly<Record<Name, Measure>>,
  { rounds, warmUps = 1 }: Rounds,
): Promise<Samples<Name>> {
  const names = Object.keys(contenders) as Name[];
  const samples = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<Name, number[]>;
  for (let round = -warmUps; round < rounds; round++) {
    for (const name of names) {
      const sample = await contenders[name]();
      if (round >= 0) samples[name].push(sample);
    }
  }
  return samples;
}

/**
 * Milliseconds of an operation: the median of `repeats` in a row, after one that does not count.
 *
 * The first one meets what the contender before left behind: cold caches and threads that still spin.
 */
export function milliseconds(repeats: number, operation: () => unknown): Measure {
  return async () => {
    await operation();
    const times: number[] = [];
    for (let repeat = 0; repeat < repeats; repeat++) {
      const start = performance.now();
      await operation();
      times.push(performance.now() - start);
    }
    return median(times);
  };
}
