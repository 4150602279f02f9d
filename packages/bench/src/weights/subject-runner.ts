import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { FlagValues } from "../frame/bench.ts";
import { bundleSubjects } from "./bundle-subjects.ts";
import { startObjectServer } from "./object-server-process.ts";
import { type RunPlace, runSubject, type SubjectRun } from "./run-subject.ts";
import { BUCKET, ORIGINAL_KEY, type STORE_FLAGS, toServerOrder } from "./store-flags.ts";
import type { StoredModel } from "./stored-model.ts";

export interface RunOptions extends RunPlace {
  readonly bucket?: string;
  readonly connections?: number;
}

/** Runs subjects in fresh processes against one store. */
export interface SubjectRunner {
  run(subject: string, options?: RunOptions): Promise<SubjectRun>;
  /** Connections that carried ranges of the largest file since this was asked last. */
  usedConnections(): Promise<number>;
  stop(): Promise<void>;
}

/** As our own fetch begins. */
export const FIRST_CONNECTIONS = 12;

/** @param subjects names of files in `subjects/`. */
export async function startRunner(
  subjects: readonly string[],
  { name, dataKey, dataBytes, ...model }: StoredModel,
  flags: Omit<FlagValues<typeof STORE_FLAGS>, "size">,
): Promise<SubjectRunner> {
  const paths = await bundleSubjects(subjects);
  const order = toServerOrder(flags, model);
  const server = await startObjectServer(order);
  const { endpoint, certificateAuthority } = server;
  const trust = mkdtempSync(join(tmpdir(), "virga-bench-trust-"));
  const certificate = join(trust, "store.pem");
  writeFileSync(certificate, certificateAuthority);
  // Read by Node when it starts: what the SDK trusts, and our own store where it uses the SDK.
  const trusting = order.secure ? ["env", `NODE_EXTRA_CA_CERTS=${certificate}`] : [];
  const job = {
    endpoint,
    ...(order.secure && { certificateAuthority }),
    originalKey: ORIGINAL_KEY,
    name,
    dataKey,
    dataBytes,
  };
  return {
    run: (subject, { bucket = BUCKET, connections = FIRST_CONNECTIONS, launcher = [], ...place } = {}) =>
      runSubject(
        paths[subject] ?? "",
        { ...job, bucket, connections },
        { ...place, launcher: [...launcher, ...trusting] },
      ),
    usedConnections: server.usedConnections,
    async stop() {
      rmSync(trust, { recursive: true });
      await server.stop();
    },
  };
}
