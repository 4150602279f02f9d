import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it } from "@jest/globals";

const script = fileURLToPath(new URL("../src/classify.cjs", import.meta.url));
const core = fileURLToPath(new URL("../../../packages/core", import.meta.url));

function run(...command: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, command, { encoding: "utf8" });
  return { status, stdout, stderr };
}

describe("classify.cjs", () => {
  // What `require` finds is the built package; where nothing has changed the build is left as it is.
  beforeAll(() => {
    const compiler = createRequire(import.meta.url).resolve("typescript/bin/tsc");
    expect(run(compiler, "-b", core)).toEqual({ status: 0, stdout: "", stderr: "" });
  }, 240_000);

  it("requires the package from CommonJS and predicts", () => {
    const { stdout, stderr, status } = run(script, "5.1", "3.5", "1.4", "0.2");
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    const probabilities: number[] = JSON.parse(stdout);
    expect(probabilities).toHaveLength(3);
    expect(probabilities[0]).toBeGreaterThan(0.9);
  });

  it("says what is wrong with a flower that is none", () => {
    expect(run(script, "5.1", "long")).toEqual({ status: 1, stdout: "", stderr: expect.stringContaining("X") });
  });
});
