import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";

const SCRIPT = fileURLToPath(new URL("engine/engine-process.ts", import.meta.url));
const home = mkdtempSync(join(tmpdir(), "virga-home-"));
let child: ReturnType<typeof spawnSync>;

beforeAll(() => {
  child = spawnSync(process.execPath, ["--conditions=virga:source", "--disable-warning=ExperimentalWarning", SCRIPT], {
    encoding: "utf8",
    env: { HOME: home, LOCALAPPDATA: home, PATH: process.env["PATH"] },
  });
});
afterAll(() => rmSync(home, { recursive: true }));

describe("the engine in a process of its own", () => {
  it("prints nothing, whatever fails", () => {
    expect({ stderr: child.stderr, status: child.status }).toEqual({ stderr: "", status: 0 });
  });

  it("leaves no trace of the runtime's telemetry", () => {
    expect(readdirSync(home)).toEqual([]);
    expect(existsSync(join(tmpdir(), `mat-debug-${child.pid}.log`))).toBe(false);
  });

  it("carries the bits of float16 and leaves the language's own Float16Array alone", () => {
    const { bits, float16ArrayKept } = JSON.parse(String(child.stdout));
    expect({ bits, float16ArrayKept }).toEqual({ bits: [0x3c00, 0x0001, 0xfc00], float16ArrayKept: true });
  });

  it("keeps its memory small after an allocation that failed", () => {
    const { outcomes, grownBytes } = JSON.parse(String(child.stdout));
    expect(outcomes).toEqual(["RUN_FAILED", "INPUT_TOO_LARGE", "done"]);
    expect(grownBytes).toBeLessThan(200 * 2 ** 20);
  });
});
