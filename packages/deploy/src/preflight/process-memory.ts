import { readFileSync } from "node:fs";
import type { ProcessMemory } from "./measured-memory.ts";

/** The memory of this process so far, the private part as it is now. Source: proc_pid_status(5), getrusage(2). */
export function ownMemory(): ProcessMemory {
  const status = readStatus("self");
  if (status === undefined) return { peakBytes: process.resourceUsage().maxRSS * 1024 };
  // The highest resident size that getrusage tells began with that of the process which started this one.
  return { peakBytes: fieldOf(status, "VmHWM"), anonymousBytes: fieldOf(status, "RssAnon") };
}

/** What another process has for itself now; 0 once it has ended, and where the system does not tell. */
export function anonymousBytesOf(processId: number): number {
  const status = readStatus(processId);
  return status === undefined ? 0 : fieldOf(status, "RssAnon");
}

function readStatus(process: number | "self"): string | undefined {
  try {
    return readFileSync(`/proc/${process}/status`, "utf8");
  } catch {
    return undefined;
  }
}

function fieldOf(status: string, name: string): number {
  const [, kilobytes = "0"] = new RegExp(`^${name}:\\s+(\\d+) kB$`, "m").exec(status) ?? [];
  return Number(kilobytes) * 1024;
}
