import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "@jest/globals";
import { excessOf, holdingsOf } from "../../src/soak/holdings.ts";

const hasProc = process.platform === "linux";

(hasProc ? it : it.skip)("sees a file that stays open and a folder of links that stays", () => {
  const cache = mkdtempSync(join(tmpdir(), "virga-soak-"));
  const before = holdingsOf(process.pid, cache);
  expect(excessOf(before, before)).toEqual([]);
  mkdirSync(join(cache, "work", "left"), { recursive: true });
  const left = openSync(cache, "r");
  const after = holdingsOf(process.pid, cache);
  closeSync(left);
  rmSync(cache, { recursive: true });
  expect(excessOf(after, { ...before, sockets: after.sockets, threads: after.threads })).toEqual([
    `${before.files + 1} files, not ${before.files} or less`,
    "1 links, not 0 or less",
  ]);
});
