import type { FlagValues } from "../frame/bench.ts";
import { bundleSubjects } from "./bundle-subjects.ts";
import { startObjectServer } from "./object-server-process.ts";
import { runSubject, type SubjectRun } from "./run-subject.ts";
import { BUCKET, ORIGINAL_KEY, type STORE_FLAGS, toServerOrder } from "./store-flags.ts";
import type { StoredModel } from "./stored-model.ts";

export interface RunOptions {
  readonly bucket?: string;
  readonly connections?: number;
  /** Words of a command that starts the words after it. */
  readonly launcher?: readonly string[];
}

/** Runs subjects in fresh processes against one store. */
export interface SubjectRunner {
  run(subject: string, options?: RunOptions): Promise<SubjectRun>;
  /** Most connections that were open at once since this was asked last. */
  peakConnections(): Promise<number>;
  stop(): Promise<void>;
}

/** As our own fetch begins. */
export const FIRST_CONNECTIONS = 9;

/** @param subjects names of files in `subjects/`. */
export async function startRunner(
  subjects: readonly string[],
  { name, dataKey, dataBytes, ...model }: StoredModel,
  flags: Omit<FlagValues<typeof STORE_FLAGS>, "size">,
): Promise<SubjectRunner> {
  const paths = await bundleSubjects(subjects);
  const server = await startObjectServer(toServerOrder(flags, model));
  const { endpoint, certificateAuthority } = server;
  const job = { endpoint, certificateAuthority, originalKey: ORIGINAL_KEY, name, dataKey, dataBytes };
  return {
    run: (subject, { bucket = BUCKET, connections = FIRST_CONNECTIONS, launcher } = {}) =>
      runSubject(paths[subject] ?? "", { ...job, bucket, connections }, launcher),
    peakConnections: server.peakConnections,
    stop: server.stop,
  };
}
