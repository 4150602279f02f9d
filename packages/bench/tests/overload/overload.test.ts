import { execFile, execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "@jest/globals";
import { apart, forkOn, readList } from "../../src/frame/processors.ts";
import type { Row } from "../../src/frame/row.ts";
import { recoveryOf } from "../../src/overload/overload-once.ts";
import { growthOf } from "../../src/overload/watched-memory.ts";

const main = fileURLToPath(new URL("../../src/main.ts", import.meta.url));
const words = ["--conditions=virga:source", "--disable-warning=ExperimentalWarning", main];

describe("overload", () => {
  it("offers more than can be answered, and accounts for every request", async () => {
    const asked = ["overload", "--seconds", "1", "--models", "tiny", "--json"];
    const { stdout } = await promisify(execFile)(process.execPath, [...words, ...asked], { timeout: 110_000 });
    const { rows } = JSON.parse(stdout.trimEnd().split("\n").at(-1) ?? "") as { rows: Row[] };
    const ours = new Map(rows.map((row) => [row.metric, row.ours]));
    expect(ours.get("tiny: capacity")).toBeGreaterThan(0);
    expect(ours.get("tiny: offered")).toBeGreaterThan(1);
    expect(ours.get("tiny: right answers in time")).toBeGreaterThan(0);
    expect(ours.get("tiny: ended otherwise")).toBeGreaterThanOrEqual(0);
  }, 120_000);

  it("has recovered with the first of five fast answers in a row", () => {
    const after = [50, 3, undefined, 3, 3, 40, 4, 3, 2, 3, 3].map((tookMs, index) => ({ atMs: index, tookMs }));
    expect(recoveryOf(after, 1)).toBe(6);
    expect(recoveryOf(after.slice(0, -1), 1)).toBe(Number.POSITIVE_INFINITY);
  });

  it("sees memory that grows, and not the way up to a plateau", () => {
    expect(growthOf(Array.from({ length: 100 }, (_, index) => index))).toBe(50);
    expect(growthOf([0, 10, 20, 30, ...new Array(12).fill(40)])).toBe(0);
  });
});

describe("processors", () => {
  it("are read as the system lists them", () => {
    expect(readList("0-2,7,9-10")).toEqual([0, 1, 2, 7, 9, 10]);
    expect(readList("3")).toEqual([3]);
    expect(readList("")).toEqual([]);
  });

  it("are others for a service than for its load", () => {
    const processors = apart();
    if (processors === undefined) return;
    expect(readList(processors.service)).not.toContain(Number(processors.load));
    const { execPath = "", execArgv = [] } = forkOn(processors.load, ["-p"]);
    const allowed = "fs.readFileSync('/proc/self/status','utf8').match(/Cpus_allowed_list:\\s*(\\S+)/)[1]";
    expect(execFileSync(execPath, [...execArgv, allowed], { encoding: "utf8" }).trim()).toBe(processors.load);
  });
});
