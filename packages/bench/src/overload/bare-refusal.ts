import { availableParallelism } from "node:os";
import { treeCpuMs } from "../throughput/process-tree.ts";
import { startServerProcess } from "../warm/server-process.ts";
import { type LoadOrder, startGenerator } from "./generator.ts";

const SECONDS = 4;
const CALLERS = 32;

/**
 * Milliseconds of CPU that bare node:http and the generator of load take for one refused request, its upload included;
 * 0 where the system does not tell.
 */
export async function measureBareRefusal(order: Omit<LoadOrder, "kind" | "origin">): Promise<number> {
  const server = await startServerProcess(new URL("./refusing-server.ts", import.meta.url), { models: {} });
  const generator = startGenerator({ origin: server.url, ...order });
  const cpuMs = (): number => treeCpuMs(server.pid) + treeCpuMs(generator.pid);
  try {
    // Compiled by then.
    await generator.run({ kind: "closed", callers: CALLERS, seconds: SECONDS / 4 });
    const beforeMs = cpuMs();
    const { refused } = await generator.run({ kind: "closed", callers: CALLERS, seconds: SECONDS });
    return (cpuMs() - beforeMs) / Math.max(1, refused);
  } finally {
    await generator.stop();
    await server.stop();
  }
}

/** The capacity that is left when so many requests have to be refused at that price. */
export function capacityBeside(capacityPerSecond: number, refusedPerSecond: number, refusalCpuMs: number): number {
  const refusingShare = (refusedPerSecond * refusalCpuMs) / 1_000 / availableParallelism();
  return capacityPerSecond * Math.max(0, 1 - refusingShare);
}
