import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { availableCpus } from "../../src/cpu/cpu-quota.ts";

const roots: string[] = [];

/** A folder that has these files, as `/` would. */
function fakeRoot(files: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(tmpdir(), "virga-cpu-"));
  roots.push(root);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}

afterAll(() => {
  for (const root of roots.splice(0)) rmSync(root, { recursive: true });
});

const UNIFIED = "35 24 0:30 / /sys/fs/cgroup rw,nosuid,nodev - cgroup2 cgroup2 rw,nsdelegate\n";
const OLD = [
  "31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755",
  "32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw,relatime shared:9 master:2 - cgroup cgroup rw,cpu,cpuacct",
  "33 31 0:31 / /sys/fs/cgroup/cpuset rw,relatime - cgroup cgroup rw,cpuset",
  "",
].join("\n");

function unified(group: string, quotas: Readonly<Record<string, string>>, mountinfo: string = UNIFIED): string {
  const files = Object.entries(quotas).map(([folder, text]) => [join("sys/fs/cgroup", folder, "cpu.max"), text]);
  return fakeRoot({
    "proc/self/cgroup": `0::${group}\n`,
    "proc/self/mountinfo": mountinfo,
    ...Object.fromEntries(files),
  });
}

function old(group: string, quotas: Readonly<Record<string, [quota: string, period: string]>>): string {
  const files = Object.entries(quotas).flatMap(([folder, [quota, period]]) => [
    [join("sys/fs/cgroup/cpu,cpuacct", folder, "cpu.cfs_quota_us"), quota],
    [join("sys/fs/cgroup/cpu,cpuacct", folder, "cpu.cfs_period_us"), period],
  ]);
  return fakeRoot({
    "proc/self/cgroup": `12:cpuset:/\n4:cpu,cpuacct:${group}\n1:name=systemd:/init\n0::/\n`,
    "proc/self/mountinfo": OLD,
    ...Object.fromEntries(files),
  });
}

describe("CPUs of a process", () => {
  const all = availableParallelism();

  it.each([
    ["of its own group", unified("/a/b", { "a/b": "56000 100000\n" }), 0.56],
    ["of a group above", unified("/a/b", { "": "max 100000\n", a: "25000 50000\n", "a/b": "max 100000\n" }), 0.5],
    ["that is least", unified("/a/b", { a: "30000 100000\n", "a/b": "40000 100000\n" }), 0.3],
    ["of the group that a container sees as its root", unified("/", { "": "10000 100000\n" }), 0.1],
    ["without a limit", unified("/a", { "": "max 100000\n", a: "max 100000\n" }), all],
    ["beyond the machine", unified("/", { "": "99900000 100000\n" }), all],
    ["whose file is missing", unified("/a", {}), all],
    ["that is nonsense", unified("/", { "": "1e999 0x10\n" }), all],
    ["of nothing", unified("/", { "": "0 100000\n" }), all],
    ["of version 1", old("/a", { a: ["56000\n", "100000\n"] }), 0.56],
    ["of a group above in version 1", old("/a/b", { a: ["5000", "10000"], "a/b": ["-1", "100000"] }), 0.5],
    ["of version 1 without a limit", old("/", { "": ["-1\n", "100000\n"] }), all],
    ["of version 1 with a period of 0", old("/", { "": ["10000", "0"] }), all],
  ])("are within the quota %s", (_, root, cpus) => {
    expect(availableCpus(root)).toBe(cpus);
  });

  it("are found where the group's path is told as the machine outside counts it", () => {
    const mounted = UNIFIED.replace(" / ", " /docker/c1 ");
    expect(availableCpus(unified("/docker/c1", { "": "56000 100000" }, mounted))).toBe(0.56);
    expect(availableCpus(unified("/docker/c1/job", { job: "56000 100000" }, mounted))).toBe(0.56);
    expect(availableCpus(unified("/elsewhere/c1", { "": "56000 100000" }, mounted))).toBe(0.56);
  });

  it("are found at a mount point with a space in its name", () => {
    const root = fakeRoot({
      "proc/self/cgroup": "0::/\n",
      "proc/self/mountinfo": UNIFIED.replace("/sys/fs/cgroup", "/my\\040groups"),
      "my groups/cpu.max": "56000 100000\n",
    });
    expect(availableCpus(root)).toBe(0.56);
  });

  it("are the least of both versions where both are mounted", () => {
    const root = fakeRoot({
      "proc/self/cgroup": "3:cpu:/a\n0::/b\n",
      "proc/self/mountinfo": OLD + UNIFIED.replace("/sys/fs/cgroup", "/sys/fs/cgroup/unified"),
      "sys/fs/cgroup/cpu,cpuacct/a/cpu.cfs_quota_us": "80000",
      "sys/fs/cgroup/cpu,cpuacct/a/cpu.cfs_period_us": "100000",
      "sys/fs/cgroup/unified/b/cpu.max": "70000 100000",
    });
    expect(availableCpus(root)).toBe(0.7);
  });

  it("are the system's where nothing can be read", () => {
    expect(availableCpus(join(tmpdir(), "virga-nowhere"))).toBe(all);
    expect(availableCpus(fakeRoot({ "proc/self/cgroup/is-a-folder": "" }))).toBe(all);
  });

  it("are more than none and no more than the system's, whatever the files say", () => {
    const groups = fc.oneof(fc.string(), fc.constantFrom("0::/a\n", "4:cpu:/../..\n", "4:cpu,cpuacct:/a/a\n0::/\n"));
    const mounts = fc.oneof(fc.string(), fc.constantFrom(UNIFIED, OLD, OLD + UNIFIED, UNIFIED.replace(" / ", " /.. ")));
    const numbers = fc.oneof(fc.string(), fc.nat().map(String), fc.constantFrom("-1", "0", "9".repeat(400), "max"));
    const quotas = fc.tuple(numbers, numbers);
    fc.assert(
      fc.property(groups, mounts, quotas, (group, mountinfo, [quota, period]) => {
        const root = fakeRoot({
          "proc/self/cgroup": group,
          "proc/self/mountinfo": mountinfo,
          "sys/fs/cgroup/cpu.max": `${quota} ${period}\n`,
          "sys/fs/cgroup/a/cpu.max": `${quota} ${period}`,
          "sys/fs/cgroup/cpu,cpuacct/a/cpu.cfs_quota_us": quota,
          "sys/fs/cgroup/cpu,cpuacct/a/cpu.cfs_period_us": period,
        });
        const cpus = availableCpus(root);
        expect(cpus).toBeGreaterThan(0);
        expect(cpus).toBeLessThanOrEqual(all);
      }),
      { numRuns: 200 },
    );
  });
});
