import type { FlagValues, Progress } from "../frame/bench.ts";
import { bundleSubjects } from "./bundle-subjects.ts";
import { CORRUPT_BUCKET, startObjectServer } from "./object-server-process.ts";
import { runSubject, type SubjectRun } from "./run-subject.ts";
import { BUCKET, ORIGINAL_KEY, type STORE_FLAGS, toServerOrder } from "./store-flags.ts";
import type { StoredModel } from "./stored-model.ts";

/** Runs of each contender, one a round. */
export type SubjectSamples<Name extends string> = Readonly<Record<Name, readonly SubjectRun[]>>;

/**
 * Runs every contender once a round, in turn, in a fresh process against one server.
 *
 * @param subjects names of files in `subjects/`; what comes after `ours` gets as many connections as ours had.
 * @throws Error when ours takes a corrupt file.
 */
export async function measureSubjects<Name extends string>(
  subjects: Readonly<Record<Name, string>>,
  model: StoredModel,
  flags: FlagValues<typeof STORE_FLAGS>,
  progress: Progress,
): Promise<SubjectSamples<Name>> {
  const names = Object.keys(subjects) as Name[];
  const paths = await bundleSubjects(Object.values<string>(subjects));
  const server = await startObjectServer(toServerOrder(flags, model));
  const { endpoint, certificateAuthority } = server;
  const { name, dataKey, dataBytes } = model;
  const job = { endpoint, certificateAuthority, originalKey: ORIGINAL_KEY, name, dataKey, dataBytes };
  const run = (subject: Name, bucket: string, connections: number): Promise<SubjectRun> =>
    runSubject(paths[subjects[subject]] ?? "", { ...job, bucket, connections });
  try {
    if ("ours" in subjects) await expectRefusal(run("ours" as Name, CORRUPT_BUCKET, 1));
    const samples = Object.fromEntries(names.map((each) => [each, [] as SubjectRun[]])) as Record<Name, SubjectRun[]>;
    let connections = 9;
    for (let round = 0; round <= flags.rounds; round += 1) {
      progress(round === 0 ? "warming up" : `round ${round} of ${flags.rounds}`);
      for (const each of names) {
        await server.peakConnections();
        const sample = await run(each, BUCKET, connections);
        if (each === "ours") connections = await server.peakConnections();
        if (round > 0) samples[each].push(sample);
      }
      progress(
        `  ${names.map((each) => `${each} ${toMilliseconds(samples[each].at(-1))}`).join(", ")}, ${connections} connections`,
      );
    }
    return samples;
  } finally {
    await server.stop();
  }
}

function toMilliseconds(run: SubjectRun | undefined): string {
  return run === undefined ? "runs" : `${run.job.wallMs.toFixed(0)} ms`;
}

async function expectRefusal(run: Promise<SubjectRun>): Promise<void> {
  const outcome = await run.then(
    () => "an answer",
    (error: unknown) => String(error),
  );
  if (!outcome.includes("WEIGHTS_CORRUPT")) throw new Error(`a corrupt file gave ${outcome}`);
}
