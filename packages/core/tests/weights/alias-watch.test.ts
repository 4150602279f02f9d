import { describe, expect, it } from "@jest/globals";
import { createAliasWatch } from "../../src/weights/alias-watch.ts";

describe("looks at aliases beside requests", () => {
  it("are at least ten seconds apart, however many requests there are", () => {
    let nowMs = 0;
    let looks = 0;
    const watch = createAliasWatch(
      async () => {
        looks += 1;
      },
      () => nowMs,
    );
    for (nowMs = 0; nowMs <= 30_000; nowMs += 1_000) void watch();
    expect(looks).toBe(3);
  });

  it("end by themselves where a registry does not answer", async () => {
    let nowMs = 0;
    const watch = createAliasWatch(
      (signal) => new Promise((resolve) => signal.addEventListener("abort", () => resolve())),
      () => nowMs,
    );
    nowMs = 10_000;
    await watch();
    expect(watch()).toBeUndefined();
  });
});
