import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "@jest/globals";
import type { Row } from "../src/frame/row.ts";

const main = fileURLToPath(new URL("../src/main.ts", import.meta.url));
const words = ["--conditions=virga:source", "--disable-warning=ExperimentalWarning", main];

describe("function", () => {
  it("lets both functions answer as recorded under the functions framework, and refuses a corrupt file", async () => {
    const asked = ["function", "--size", "10", "--rounds", "1", "--first-byte-ms", "0", "--json"];
    const { stdout } = await promisify(execFile)(process.execPath, [...words, ...asked], { timeout: 230_000 });
    const { bench, rows } = JSON.parse(stdout.trimEnd().split("\n").at(-1) ?? "") as { bench: string; rows: Row[] };
    expect(bench).toBe("function");
    const limits = /without a limit of memory/.test(stdout) ? [] : ["MB"];
    expect(rows.map(({ unit }) => unit)).toEqual(["ms", "ms", "MB", ...limits]);
    for (const row of rows) {
      expect(row.ours).toBeGreaterThan(0);
      expect(row.naive).toBeGreaterThan(0);
    }
    expect(stdout).toMatch(/control group/);
  }, 240_000);
});
