import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join, posix } from "node:path";

/** A mounted hierarchy of control groups that can limit CPU time. */
interface Hierarchy {
  /** Where it is mounted. */
  readonly directory: string;
  /** This process's group as a path below `directory`, `""` for the group that is mounted. */
  readonly group: string;
  readonly readQuota: (directory: string) => number | undefined;
}

/** Words of a line that is no mount are missing, and fit nothing. */
interface Mount {
  readonly root: string;
  readonly directory: string;
  readonly type: string;
  readonly options: readonly string[];
}

/**
 * CPUs that this process may use, also a part of one such as 0.56: the least of what the system schedules it on and the
 * quotas of its control group (version 1 or 2) and of all groups above that it can see.
 *
 * `os.availableParallelism` alone is not enough: it rounds, and overlooks version 1 where `cpu` is mounted by itself.
 *
 * @param root Where `proc` and the mounted groups are looked for.
 */
export function availableCpus(root: string = "/"): number {
  const quotas = hierarchies(root).flatMap(({ directory, group, readQuota }) =>
    groupAndThoseAbove(group).map((each) => readQuota(join(root, directory, each))),
  );
  return Math.min(availableParallelism(), ...quotas.filter((quota) => quota !== undefined));
}

function hierarchies(root: string): readonly Hierarchy[] {
  const mounts = lines(join(root, "proc/self/mountinfo")).map(parseMount);
  return lines(join(root, "proc/self/cgroup")).flatMap((line): Hierarchy[] => {
    const [, controllers = "", path = ""] = line.match(/^\d+:([^:]*):(\/.*)$/) ?? [];
    const isUnified = line.startsWith("0::");
    if (!isUnified && !controllers.split(",").includes("cpu")) return [];
    const fitting = mounts.filter(({ root: mounted, type, options }) => {
      return mounted.startsWith("/") && (isUnified ? type === "cgroup2" : type === "cgroup" && options.includes("cpu"));
    });
    const readQuota = isUnified ? readUnifiedQuota : readOldQuota;
    return fitting.map((mount) => ({ directory: mount.directory, group: groupBelow(mount.root, path), readQuota }));
  });
}

/** Source: proc_pid_mountinfo(5). */
function parseMount(line: string): Mount {
  const [mount = "", system = ""] = line.split(" - ", 2);
  const [root = "", directory = ""] = mount.split(" ").slice(3).map(unescapeOctal);
  const [type = "", , options = ""] = system.split(" ");
  return { root, directory, type, options: options.split(",") };
}

function unescapeOctal(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));
}

/** A container often sees only its own group, mounted; its path may then be told as the machine outside counts it. */
function groupBelow(mountedGroup: string, group: string): string {
  const below = posix.relative(mountedGroup, group);
  return below.startsWith("..") ? "" : below;
}

function groupAndThoseAbove(group: string): readonly string[] {
  const names = group.split("/").filter((name) => name !== "");
  return [...names.map((_, index) => names.slice(0, index + 1).join("/")), ""];
}

/** Source: kernel.org, admin-guide/cgroup-v2, `cpu.max`: "$MAX $PERIOD", where $MAX may be "max". */
function readUnifiedQuota(directory: string): number | undefined {
  const [quota = "", period = ""] = read(join(directory, "cpu.max")).trim().split(/\s+/);
  return ratio(quota, period);
}

/** Source: kernel.org, scheduler/sched-bwc: a quota of -1 is none. */
function readOldQuota(directory: string): number | undefined {
  return ratio(read(join(directory, "cpu.cfs_quota_us")).trim(), read(join(directory, "cpu.cfs_period_us")).trim());
}

function ratio(quota: string, period: string): number | undefined {
  if (!/^\d+$/.test(quota) || !/^\d+$/.test(period)) return undefined;
  const cpus = Number(quota) / Number(period);
  return cpus > 0 && Number.isFinite(cpus) ? cpus : undefined;
}

function lines(path: string): readonly string[] {
  return read(path)
    .split("\n")
    .filter((line) => line !== "");
}

/** What cannot be read limits nothing: other systems, and sandboxes that hide it. */
function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
