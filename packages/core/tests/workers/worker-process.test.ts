import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import { processStarter } from "../../src/workers/worker-process.ts";

const onLinux = process.platform === "linux" ? it : it.skip;

/** What the only child of this process was started with: its words and its environment. */
function settingsOfChild(): readonly string[] {
  const threads = readdirSync("/proc/self/task");
  const children = threads.flatMap((thread) =>
    readFileSync(`/proc/self/task/${thread}/children`, "utf8").split(" ").filter(Boolean),
  );
  expect(children).toHaveLength(1);
  return ["cmdline", "environ"].flatMap((file) => readFileSync(`/proc/${children[0]}/${file}`, "utf8").split("\0"));
}

describe("a worker in a process", () => {
  onLinux("keeps little of what is freed in it", async () => {
    const ended = Promise.withResolvers<void>();
    const answered = Promise.withResolvers<void>();
    const channel = processStarter()({ answered: () => answered.resolve(), ended: () => ended.resolve() });
    try {
      await answered.promise;
      const settings = settingsOfChild();
      expect(settings).toContain("--max-semi-space-size=1");
      expect(settings).toContain("MALLOC_MMAP_THRESHOLD_=1048576");
      expect(settings).toContain("MALLOC_TRIM_THRESHOLD_=4194304");
    } finally {
      channel.stop();
      await ended.promise;
    }
  });
});
