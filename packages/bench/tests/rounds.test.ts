import { describe, expect, it } from "@jest/globals";
import { interleave, milliseconds } from "../src/frame/rounds.ts";

describe("interleave", () => {
  it("takes turns and leaves the warm-up rounds out", async () => {
    const turns: string[] = [];
    const contender = (name: string) => () => {
      turns.push(name);
      return turns.length;
    };
    const measured = await interleave({ a: contender("a"), b: contender("b") }, { rounds: 2, warmUps: 1 });
    expect(turns).toEqual(["a", "b", "a", "b", "a", "b"]);
    expect(measured).toEqual({ a: [3, 5], b: [4, 6] });
  });

  it("ends with the error of a contender", async () => {
    const broken = () => Promise.reject(new Error("no answer"));
    await expect(interleave({ a: () => 1, broken }, { rounds: 1 })).rejects.toThrow("no answer");
  });
});

describe("milliseconds", () => {
  it("runs the operation once more than it measures, one after the other", async () => {
    let underWay = 0;
    let runs = 0;
    const measure = milliseconds(5, async () => {
      runs++;
      underWay++;
      await new Promise((resolve) => setImmediate(resolve));
      expect(underWay).toBe(1);
      underWay--;
    });
    expect(await measure()).toBeGreaterThan(0);
    expect(runs).toBe(6);
  });
});
