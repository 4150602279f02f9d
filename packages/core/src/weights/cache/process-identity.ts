import { createHash, randomUUID } from "node:crypto";
import { linkSync, readFileSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";

/** A process, told from every other that ever ran on any machine that shares a folder with it. */
export interface ProcessIdentity {
  /** Of one boot of one machine, and of one container on it: only within it does a process number mean something. */
  readonly machine: string;
  readonly pid: number;
  /** Number that tells a process from an earlier one with the same `pid`; 0 where the system does not tell. */
  readonly startedAt: number;
}

let own: ProcessIdentity | undefined;

export function ownIdentity(): ProcessIdentity {
  own ??= { machine: machineDigest(), pid: process.pid, startedAt: startOf(process.pid) ?? 0 };
  return own;
}

/** Begins a file name; `rest` is what tells this process's files apart. */
export function toOwnedName({ machine, pid, startedAt }: ProcessIdentity, rest: string): string {
  return `${machine}-${pid}-${startedAt}-${rest}`;
}

/** The owner that a name begins with. */
export function ownerOf(name: string): ProcessIdentity | undefined {
  const match = /^([0-9a-f]{12})-(\d+)-(\d+)-/.exec(name);
  const [, machine, pid, startedAt] = match ?? [];
  return machine === undefined ? undefined : { machine, pid: Number(pid), startedAt: Number(startedAt) };
}

/** Whether a process is known to have ended; of one on another machine nothing is known. */
export function hasEnded({ machine, pid, startedAt }: ProcessIdentity): boolean {
  if (machine !== ownIdentity().machine) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    // Any other failure, such as a lack of rights, says that there is such a process.
    return error instanceof Error && "code" in error && error.code === "ESRCH";
  }
  const start = startOf(pid);
  return start !== undefined && startedAt !== 0 && start !== startedAt;
}

/** Ticks from the machine's boot to the process's start. Source: proc(5), field 22 of `stat`. */
function startOf(pid: number): number | undefined {
  const stat = readIfThere(() => readFileSync(`/proc/${pid}/stat`, "utf8"));
  // The second field is a name in brackets, which may hold anything.
  const fields = stat?.slice(stat.lastIndexOf(")") + 2).split(" ");
  return fields?.[19] === undefined ? undefined : Number(fields[19]);
}

function machineDigest(): string {
  const boot = readIfThere(() => readFileSync("/proc/sys/kernel/random/boot_id", "utf8")) ?? "";
  const container = readIfThere(() => readlinkSync("/proc/self/ns/pid")) ?? "";
  return createHash("sha256").update(`${hostname()} ${boot} ${container} ${diskMark()}`).digest("hex").slice(0, 12);
}

/**
 * What tells two virtual machines apart that were started from one snapshot, as a function's instances are: they share
 * name and boot, but not the disk for temporary files.
 */
function diskMark(): string | undefined {
  const path = join(tmpdir(), "virga-machine");
  return (
    readIfThere(() => readFileSync(path, "utf8")) ??
    readIfThere(() => newMark(path)) ??
    readIfThere(() => readFileSync(path, "utf8"))
  );
}

/** Appears whole under its name, or not at all: another process may look at any moment. */
function newMark(path: string): string {
  const mark = randomUUID();
  const draft = `${path}-${mark}`;
  writeFileSync(draft, mark, { flag: "wx", mode: 0o600 });
  try {
    linkSync(draft, path);
  } finally {
    rmSync(draft);
  }
  return mark;
}

function readIfThere(read: () => string): string | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
