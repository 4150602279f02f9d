import type { FlagValues, Progress } from "../frame/bench.ts";
import { expectCorruptRefusal } from "../weights/expect-corrupt-refusal.ts";
import { expectSameAnswer } from "../weights/expect-same-answer.ts";
import { CORRUPT_BUCKET } from "../weights/object-server-process.ts";
import type { SubjectRun } from "../weights/run-subject.ts";
import { BUCKET, STORE_FLAGS } from "../weights/store-flags.ts";

const { tls: _, ...FLAGS } = STORE_FLAGS;

/** Of the benchmarks of packaged functions. */
export const FUNCTION_FLAGS: Omit<typeof STORE_FLAGS, "tls"> = FLAGS;
export type FunctionFlags = FlagValues<typeof FUNCTION_FLAGS>;

const CONTENDERS = ["naive", "ours"] as const;
type Contender = (typeof CONTENDERS)[number];

/** A start of a function and its first answer. */
export type FunctionRun = Omit<SubjectRun, "job">;

/** Runs of each, one a round. */
export type FunctionRuns = Readonly<Record<Contender, readonly FunctionRun[]>>;

/**
 * Runs both once a round, in turn.
 *
 * @throws Error when an answer is not the recorded one, or when ours takes a corrupt file.
 */
export async function measureFunctions(
  run: (contender: Contender, bucket: string) => Promise<FunctionRun>,
  recorded: readonly number[],
  { rounds }: Pick<FunctionFlags, "rounds">,
  progress: Progress,
): Promise<FunctionRuns> {
  await expectCorruptRefusal(run("ours", CORRUPT_BUCKET));
  const runs: Record<Contender, FunctionRun[]> = { naive: [], ours: [] };
  for (let round = 0; round <= rounds; round += 1) {
    const times: string[] = [];
    for (const contender of CONTENDERS) {
      const measured = await run(contender, BUCKET);
      expectSameAnswer(measured.answer, recorded);
      // The first round warms the disk's cache and the server.
      if (round > 0) runs[contender].push(measured);
      times.push(`${contender} ${measured.whole.wallMs.toFixed(0)} ms`);
    }
    progress(`round ${round} of ${rounds}: ${times.join(", ")}`);
  }
  return runs;
}
