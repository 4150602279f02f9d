import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "@jest/globals";
import type { Row } from "../src/frame/row.ts";

const run = promisify(execFile);
const main = fileURLToPath(new URL("../src/main.ts", import.meta.url));

/** Runs the command as `pnpm bench` does; a failure rejects with its `code` and `stderr`. */
function bench(...words: string[]) {
  const options = ["--conditions=virga:source", "--disable-warning=ExperimentalWarning", main];
  return run(process.execPath, [...options, ...words], { timeout: 240_000 });
}

describe("bench", () => {
  it("lists the benchmarks and their flags where no name is given", async () => {
    const { stdout } = await bench();
    expect(stdout).toContain("warm: ");
    expect(stdout).toContain("--rounds");
  });

  it("names what there is when the name is unknown", async () => {
    await expect(bench("wram")).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining("there are: warm") });
  });

  it.each([["--round", "1"], ["--rounds", "many"], ["--rounds"]])("refuses %p %p and says how", async (...words) => {
    await expect(bench("warm", ...words)).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/--rounds?/),
    });
  });

  it("ends with one line of JSON whose ratios, goals and verdicts agree", async () => {
    const { stdout } = await bench("warm", "--rounds", "1", "--json");
    const lines = stdout.trimEnd().split("\n");
    expect(lines[0]).toMatch(/^metric +unit +naive +floor +ours/);
    const { bench: name, rows } = JSON.parse(lines.at(-1) ?? "") as { bench: string; rows: Row[] };
    expect(name).toBe("warm");
    expect(new Set(rows.map(({ metric }) => metric)).size).toBe(rows.length);
    for (const row of rows) {
      expect(row.unit).toMatch(/^(ms|µs)$/);
      expect(Number.isFinite(row.ours)).toBe(true);
      if (row.goal) {
        const figure = row[row.goal.of]!;
        expect(row.met).toBe(row.goal.kind === "atMost" ? figure <= row.goal.value : figure >= row.goal.value);
      }
    }
    const goals = rows.filter((row) => row.goal).map(({ metric, goal }) => `${metric} ${goal?.value}`);
    expect(goals).toEqual([
      "mobilenet: binary request 1.15",
      expect.stringMatching(/^JSON decode of 150528 numbers, float32.* 4$/),
    ]);
  }, 300_000);
});
