import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "@jest/globals";
import { excessOf, holdingsOf } from "../../src/soak/holdings.ts";

const hasProc = process.platform === "linux";

(hasProc ? it : it.skip)("sees a file that stays open and a folder of links that stays", () => {
  const folder = mkdtempSync(join(tmpdir(), "virga-soak-"));
  const before = holdingsOf(process.pid, folder);
  expect(excessOf(before, before)).toEqual([]);
  mkdirSync(join(folder, "cache", "work", "left"), { recursive: true });
  mkdirSync(join(folder, "tmp", "layouts", "left"), { recursive: true });
  const left = openSync(folder, "r");
  const after = holdingsOf(process.pid, folder);
  closeSync(left);
  rmSync(folder, { recursive: true });
  expect(excessOf(after, { ...before, sockets: after.sockets, threads: after.threads })).toEqual([
    `${before.files + 1} files, not ${before.files} or less`,
    "1 links, not 0 or less",
    "1 temporary, not 0 or less",
  ]);
});
