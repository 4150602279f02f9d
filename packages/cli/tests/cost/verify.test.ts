import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { type RunResult, runVirga } from "../support/run-virga.ts";
import { createWorkspace, type Workspace } from "../support/workspace.ts";

let workspace: Workspace;
beforeAll(() => {
  workspace = createWorkspace();
});
afterAll(() => workspace.remove());

const cost = (...options: string[]): Promise<RunResult> => runVirga(workspace.folder, ["cost", ...options]);

describe("virga cost verify", () => {
  const cases = new URL("../../../cost/tests/verify/own-cases.json", import.meta.url);

  it("works out a file of cases, by its prices or the book's", async () => {
    workspace.write("cases.json", readFileSync(cases));
    const { stdout, code } = await cost("verify", "cases.json");
    expect(stdout).toMatch(/^ok {2}S01 +16.90 {2}Founding cost sheet/);
    expect(stdout).toContain("23 of 23 cases hold, to the cent and by line.");
    expect(code).toBe(0);
    expect((await cost("verify", "cases.json", "--book-prices")).code).toBe(0);
  });

  it("fails with every difference where a case does not hold", async () => {
    workspace.write("wrong.json", readFileSync(cases, "utf8").replace('"total": "50.32"', '"total": "50.33"'));
    const { stdout, stderr, code } = await cost("verify", "wrong.json");
    expect(stdout).toContain("S02\n  total: expected 50.33, got 50.32");
    expect(stderr).toBe("error: S02: not as expected.\n");
    expect(code).toBe(1);
  });
});
