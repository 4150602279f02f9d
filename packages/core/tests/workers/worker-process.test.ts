import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import { processStarter } from "../../src/workers/worker-process.ts";

const onLinux = process.platform === "linux" ? it : it.skip;

function childrenOfThis(): readonly string[] {
  return readdirSync("/proc/self/task").flatMap((thread) =>
    readFileSync(`/proc/self/task/${thread}/children`, "utf8").split(" ").filter(Boolean),
  );
}

/** The words that a process was started with, and its environment. */
function settingsOf(pid: string | undefined): readonly string[] {
  return ["cmdline", "environ"].flatMap((file) => readFileSync(`/proc/${pid}/${file}`, "utf8").split("\0"));
}

describe("a worker in a process", () => {
  onLinux("keeps little of what is freed in it", async () => {
    // Other tests have run in this process, and may have left some.
    const others = new Set(childrenOfThis());
    const ended = Promise.withResolvers<void>();
    const answered = Promise.withResolvers<void>();
    const channel = processStarter()({ answered: () => answered.resolve(), ended: () => ended.resolve() });
    try {
      await answered.promise;
      const [worker] = childrenOfThis().filter((pid) => !others.has(pid));
      const settings = settingsOf(worker);
      expect(settings).toContain("--max-semi-space-size=1");
      expect(settings).toContain("MALLOC_MMAP_THRESHOLD_=1048576");
      expect(settings).toContain("MALLOC_TRIM_THRESHOLD_=4194304");
    } finally {
      channel.stop();
      await ended.promise;
    }
  });
});
