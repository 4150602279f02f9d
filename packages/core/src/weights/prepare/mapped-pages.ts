import { readFileSync, realpathSync } from "node:fs";

/** How much of a file this process has mapped, and how much of that it has touched. */
export interface MappedPages {
  readonly mappedBytes: number;
  readonly residentBytes: number;
}

/** Asks the kernel; `undefined` where it cannot say. Source: proc_pid_smaps(5). */
export function mappedPages(path: string): MappedPages | undefined {
  if (process.platform !== "linux") return undefined;
  const realPath = realpathSync(path);
  let isOurs = false;
  let mappedBytes = 0;
  let residentBytes = 0;
  for (const line of readFileSync("/proc/self/smaps", "utf8").split("\n")) {
    const [field, amount] = line.split(/\s+/, 2);
    // A mapping begins with its addresses and ends with its path; the fields of it follow.
    if (/^[0-9a-f]+-[0-9a-f]+$/.test(field ?? "")) isOurs = line.endsWith(` ${realPath}`);
    else if (isOurs && field === "Size:") mappedBytes += Number(amount) * 1024;
    else if (isOurs && field === "Rss:") residentBytes += Number(amount) * 1024;
  }
  return { mappedBytes, residentBytes };
}
