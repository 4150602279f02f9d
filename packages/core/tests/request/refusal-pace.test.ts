import { describe, expect, it } from "@jest/globals";
import { createApp } from "../../src/request/app.ts";
import { RefusalPace } from "../../src/request/refusal-pace.ts";

const GRACE = 100;

describe("RefusalPace", () => {
  it("delays none of the first hundred, then one a millisecond, and never by more than half of the time", () => {
    const pace = new RefusalPace(1_000);
    const delays = Array.from({ length: 1_000 }, () => pace.delayMs(5));
    expect(delays.slice(0, GRACE).every((delay) => delay === 0)).toBe(true);
    expect(delays.slice(GRACE, GRACE + 3)).toEqual([1, 2, 3]);
    expect(Math.max(...delays)).toBe(500);
  });

  it("forgets a rush that is over", () => {
    const pace = new RefusalPace(30_000);
    for (let refusal = 0; refusal < 2_000; refusal += 1) pace.delayMs(0);
    expect(pace.delayMs(0)).toBe(1_000);
    expect(pace.delayMs(900)).toBe(101);
    expect(pace.delayMs(1_200)).toBe(0);
  });
});

describe("an app that refuses many at once", () => {
  it("answers all, and goes on with other work before the last", async () => {
    const source = { kind: "bytes", bytes: new Uint8Array() } as const;
    const app = createApp({ models: { m: { source } }, limits: { maxConcurrentRequests: 0 } });
    let answered = 0;
    const ask = async (): Promise<number> => {
      const { status } = await app.fetch(new Request("http://x/v2/models/m/infer", { method: "POST", body: "{}" }));
      answered += 1;
      return status;
    };
    const answers = Promise.all(Array.from({ length: 1_000 }, ask));
    await new Promise((resolve) => setImmediate(resolve));
    expect(answered).toBeLessThan(1_000);
    expect(new Set(await answers)).toEqual(new Set([503]));
    await app.close();
  });
});
