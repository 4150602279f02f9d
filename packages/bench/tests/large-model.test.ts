import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, it } from "@jest/globals";
import type { Row } from "../src/frame/row.ts";

const main = fileURLToPath(new URL("../src/main.ts", import.meta.url));
const words = ["--conditions=virga:source", "--disable-warning=ExperimentalWarning", main];

it("large-model takes a model all the way, and leaves nothing behind", async () => {
  const directory = mkdtempSync(join(tmpdir(), "virga-bench-"));
  const asked = ["large-model", "--size", "10", "--directory", directory, "--json"];
  const { stdout } = await promisify(execFile)(process.execPath, [...words, ...asked], { timeout: 110_000 });
  const { rows } = JSON.parse(stdout.trimEnd().split("\n").at(-1) ?? "") as { rows: Row[] };
  expect(rows.map(({ metric }) => metric.split(":")[0])).toEqual(
    ["ask-original", "prepare", "push", "fetch-and-predict"].flatMap((step) => [step, step]),
  );
  for (const { ours } of rows) expect(ours).toBeGreaterThan(0);
  expect(readdirSync(directory)).toEqual([]);
  rmSync(directory, { recursive: true });
}, 120_000);
