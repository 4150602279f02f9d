import type { FlagValues, Progress } from "../frame/bench.ts";
import { expectCorruptRefusal } from "./expect-corrupt-refusal.ts";
import { CORRUPT_BUCKET } from "./object-server-process.ts";
import type { RunPlace, SubjectRun } from "./run-subject.ts";
import type { STORE_FLAGS } from "./store-flags.ts";
import type { StoredModel } from "./stored-model.ts";
import { FIRST_CONNECTIONS, startRunner } from "./subject-runner.ts";

/** Runs of each contender, one a round. */
export type SubjectSamples<Name extends string> = Readonly<Record<Name, readonly SubjectRun[]>>;

/** Names of files in `subjects/`; what comes after `ours` gets as many connections as ours had. */
type Subjects<Name extends string> = Readonly<Record<Name | "ours", string>>;

/**
 * Runs every contender once a round, in turn, in a fresh process against one server.
 *
 * @throws Error when ours takes a corrupt file.
 */
export async function measureSubjects<Name extends string>(
  subjects: Subjects<Name>,
  model: StoredModel,
  flags: FlagValues<typeof STORE_FLAGS>,
  progress: Progress,
  place: RunPlace = {},
): Promise<SubjectSamples<Name>> {
  const names = Object.keys(subjects) as Name[];
  const runner = await startRunner(Object.values<string>(subjects), model, flags);
  try {
    await expectCorruptRefusal(runner.run(subjects.ours, { bucket: CORRUPT_BUCKET }));
    const samples = Object.fromEntries(names.map((each) => [each, [] as SubjectRun[]])) as Record<Name, SubjectRun[]>;
    let connections = FIRST_CONNECTIONS;
    for (let round = 0; round <= flags.rounds; round += 1) {
      const times: string[] = [];
      for (const name of names) {
        await runner.usedConnections();
        const sample = await runner.run(subjects[name], { ...place, connections });
        if (name === "ours") connections = await runner.usedConnections();
        // The first round warms the disk's cache and the server.
        if (round > 0) samples[name].push(sample);
        times.push(`${name} ${sample.job.wallMs.toFixed(0)} ms`);
      }
      progress(`round ${round} of ${flags.rounds}: ${times.join(", ")}; ${connections} connections`);
    }
    return samples;
  } finally {
    await runner.stop();
  }
}
