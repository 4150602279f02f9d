import { type ForkOptions, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** Processors for a service, and others for its load, each as `taskset` takes them. */
export interface Apart {
  readonly service: string;
  readonly load: string;
}

/**
 * The last processor for the load and the others for the service: load comes from other machines, and takes nothing from
 * what it loads. Nothing where the system does not keep them apart, or has only one.
 */
export function apart(): Apart | undefined {
  if (process.platform !== "linux" || spawnSync("taskset", ["--version"]).status !== 0) return undefined;
  const status = readFileSync("/proc/self/status", "utf8");
  const processors = readList(/^Cpus_allowed_list:\s*(\S+)/m.exec(status)?.[1] ?? "");
  const load = processors.pop();
  if (load === undefined || processors.length === 0) return undefined;
  return { service: processors.join(","), load: String(load) };
}

/** How to fork a Node program that stays on these processors; on any where they are not given. */
export function forkOn(
  processors: string | undefined,
  execArgv: readonly string[],
): Pick<ForkOptions, "execPath" | "execArgv"> {
  if (processors === undefined) return { execArgv: [...execArgv] };
  return { execPath: "taskset", execArgv: ["--cpu-list", processors, process.execPath, ...execArgv] };
}

/** Source: cpuset(7), "List format". */
export function readList(text: string): number[] {
  const parts = text.split(",").filter(Boolean);
  return parts.flatMap((part) => {
    const [first = 0, last = first] = part.split("-").map(Number);
    return Array.from({ length: last - first + 1 }, (_, index) => first + index);
  });
}
