import type { Progress } from "../frame/bench.ts";
import { expectSameAnswer } from "../weights/expect-same-answer.ts";
import { withMemoryLimit } from "./memory-limit.ts";
import { smallest } from "./smallest.ts";

const MEBIBYTE = 1024 * 1024;
const STEP_MIB = 2;
const LEAST_MIB = 16;

/** What is run with less and less memory. */
export interface LimitedRun {
  /** For people. */
  readonly name: string;
  /** Of its model in megabytes; it is given four times as much at most. */
  readonly size: number;
  /** What it has to answer. */
  readonly answer: readonly number[];
  readonly progress: Progress;
  /** Runs it once. @param launcher words of a command that starts the words after it. */
  run(launcher: readonly string[]): Promise<{ readonly answer: readonly number[] }>;
}

/** The smallest limit of memory within which something predicts, in megabytes. @throws Error where none will do. */
export async function smallestLimit(limited: LimitedRun): Promise<number> {
  const most = 256 + Math.ceil(limited.size * 4);
  const found = await smallest({ least: LEAST_MIB, most, step: STEP_MIB }, (limit) => predictsWithin(limit, limited));
  if (found === undefined) throw new Error(`${limited.name} does not predict within ${most} MiB`);
  return (found * MEBIBYTE) / 1e6;
}

async function predictsWithin(mebibytes: number, { name, answer, progress, run }: LimitedRun): Promise<boolean> {
  // Killed for its memory, or refused it.
  const predicted = await withMemoryLimit(mebibytes, run).then(
    (done) => {
      expectSameAnswer(done.answer, answer);
      return true;
    },
    () => false,
  );
  progress(`${name} within ${mebibytes} MiB: ${predicted ? "predicts" : "fails"}`);
  return predicted;
}
