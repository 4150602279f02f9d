import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, it } from "@jest/globals";

const main = fileURLToPath(new URL("../../src/soak/main.ts", import.meta.url));
const words = ["--conditions=virga:source", "--disable-warning=ExperimentalWarning", main];

it("soaks a service for a moment: swaps, a worker that is killed, no violation", async () => {
  const asked = ["--seconds", "14"];
  const ended = promisify(execFile)(process.execPath, [...words, ...asked], { timeout: 110_000 });
  // It ends with 1 where something was violated, and its report says what.
  const { stdout } = await ended.catch((error: unknown) => error as { stdout: string });
  expect(stdout).toMatch(/^0 violations$/m);
  expect(stdout).toMatch(/^ +[1-9]\d* {2}swaps$/m);
  expect(stdout).toMatch(/^ +[1-9]\d* {2}workers killed$/m);
}, 120_000);
