import { setTimeout as sleep } from "node:timers/promises";
import { processTree } from "../throughput/process-tree.ts";
import type { SoakRecord } from "./soak-record.ts";

/** Kills one of the service's workers now and then, at random, until the soak ends. */
export async function killWorkers(
  servicePid: number,
  meanPauseMs: number,
  record: SoakRecord,
  ending: AbortSignal,
): Promise<void> {
  while (!ending.aborted) {
    await sleep(meanPauseMs * (0.5 + Math.random()), undefined, { signal: ending }).catch(() => undefined);
    if (ending.aborted) return;
    const [, ...children] = processTree(servicePid);
    const victim = children[Math.floor(Math.random() * children.length)];
    if (victim !== undefined && kill(victim)) record.killed(performance.now());
  }
}

function kill(pid: number): boolean {
  try {
    return process.kill(pid, "SIGKILL");
  } catch {
    // It has ended between the look and the blow.
    return false;
  }
}
