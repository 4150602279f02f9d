import { describe, expect, it } from "@jest/globals";
import { type Comparison, type Goal, toRow } from "../src/frame/row.ts";
import { toTable } from "../src/frame/table.ts";

const atMost: Goal = { kind: "atMost", value: 1.15, of: "ratioToFloor" };
const atLeast: Goal = { kind: "atLeast", value: 4, of: "ratioToNaive" };
const request: Comparison = { metric: "request", unit: "ms", ours: [11, 12, 13], floor: [10, 10, 10], goal: atMost };

describe("toRow", () => {
  it("has only the figures that were measured", () => {
    expect(toRow({ metric: "size", unit: "MB", ours: [1, 3, 2] })).toEqual({ metric: "size", unit: "MB", ours: 2 });
  });

  it("divides by the floor and judges the goal on the ratio", () => {
    expect(toRow(request)).toMatchObject({ ours: 12, floor: 10, ratioToFloor: 1.2, goal: atMost, met: false });
    expect(toRow({ ...request, ours: [11.5, 11.5, 11.5] })).toMatchObject({ ratioToFloor: 1.15, met: true });
  });

  it("counts a gain over naive above 1, for times and for rates", () => {
    const time = toRow({ metric: "decode", unit: "ms", ours: [2, 2, 2], naive: [10, 8, 9], goal: atLeast });
    expect(time).toMatchObject({ naive: 9, ratioToNaive: 4.5, met: true });
    const rate = toRow({ metric: "throughput", unit: "1/s", better: "more", ours: [30], naive: [10], goal: atLeast });
    expect(rate).toMatchObject({ ratioToNaive: 3, met: false });
  });

  it("refuses a goal of a figure that was not measured", () => {
    expect(() => toRow({ ...request, goal: atLeast })).toThrow("ratioToNaive");
  });
});

describe("toTable", () => {
  it("prints a line a row, columns aligned, and says which goal is missed", () => {
    const lines = toTable([toRow(request), toRow({ metric: "size", unit: "MB", ours: [12345.6] })]).split("\n");
    expect(lines).toHaveLength(3);
    const [headings = "", missed = "", plain = ""] = lines;
    expect(missed).toMatch(/^request +ms +10 +12 +1\.2 +≤ 1\.15 +NO$/);
    expect(plain).toMatch(/^size +MB +12350$/);
    const end = headings.indexOf("ours") + "ours".length;
    expect([missed.slice(0, end), plain.slice(0, end)].map((line) => line.trimEnd().length)).toEqual([end, end]);
  });
});
