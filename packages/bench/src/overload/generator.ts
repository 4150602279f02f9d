import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { forkOn } from "../frame/processors.ts";
import type { ClosedReport, LoneRequest, OpenReport } from "./phases.ts";

/** What a generator of load asks, and what it should be told. */
export interface LoadOrder {
  readonly kind: "order";
  readonly origin: string;
  /** Its name; it is asked in binary. */
  readonly workload: string;
  /** What each of its requests has to be answered with. */
  readonly recorded: readonly (readonly number[])[];
  readonly deadlineMs: number;
}

/** What a generator does next. */
export type Phase =
  | { readonly kind: "lone"; readonly seconds: number }
  | { readonly kind: "closed"; readonly callers: number; readonly seconds: number }
  | { readonly kind: "open"; readonly perSecond: number; readonly seconds: number; readonly afterSeconds: number };

export interface PhaseReports {
  readonly lone: readonly LoneRequest[];
  readonly closed: ClosedReport;
  readonly open: OpenReport;
}

/** Load out of a process of its own, which does not wait for what this one does. */
export interface Generator {
  run<Kind extends Phase["kind"]>(phase: Extract<Phase, { kind: Kind }>): Promise<PhaseReports[Kind]>;
  stop(): Promise<void>;
}

/** @param processors those that it runs on; any where undefined. */
export function startGenerator(order: Omit<LoadOrder, "kind">, processors: string | undefined): Generator {
  const flags = ["--conditions=virga:source", "--disable-warning=ExperimentalWarning"];
  const child = fork(fileURLToPath(new URL("./load-process.ts", import.meta.url)), {
    serialization: "advanced",
    ...forkOn(processors, flags),
  });
  child.send({ kind: "order", ...order } satisfies LoadOrder);
  const ended = once(child, "exit");
  return {
    async run(phase) {
      child.send(phase);
      const [report] = await Promise.race([
        once(child, "message"),
        ended.then(([code]) => Promise.reject(new Error(`the generator of load ended with ${code}`))),
      ]);
      return report;
    },
    async stop() {
      if (child.connected) child.disconnect();
      await ended;
    },
  };
}
