import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { type FaultServer, startFaultServer } from "@virga/conformance/fault-server";
import { FillLock } from "../../../src/weights/cache/fill-lock.ts";
import { ownIdentity, toOwnedName } from "../../../src/weights/cache/process-identity.ts";
import { WeightCache } from "../../../src/weights/cache/weight-cache.ts";
import type { WeightFolder } from "../../../src/weights/cache/weight-folder.ts";
import { isSame, QUICK, randomBytes, toLocation } from "../fetch/fetch-harness.ts";
import { namesIn, newFolder, toSet } from "./cache-harness.ts";

const SIZE = 100_000;
const models = new Map(["a", "b", "c", "d"].map((name) => [name, randomBytes(SIZE)]));
let server: FaultServer;

beforeAll(async () => {
  server = await startFaultServer({
    objects: Object.fromEntries([...models].map(([name, bytes]) => [`/${name}`, bytes])),
  });
});

afterAll(() => server.close());

const open = async (cache: WeightCache, name: string): Promise<WeightFolder> => {
  const set = toSet({ model: models.get(name) ?? randomBytes(1) }, () => toLocation(new URL(name, server.url)));
  const folder = await cache.open(set, QUICK);
  await folder.verified;
  return folder;
};

const holds = (folder: WeightFolder, name: string): boolean =>
  isSame(readFileSync(join(folder.directory, "model")), models.get(name) ?? randomBytes(1));

/** Whether the model can be had without a request. */
async function isCached(cache: WeightCache, name: string): Promise<boolean> {
  const asked = server.requests.length;
  await (await open(cache, name)).release();
  return server.requests.length === asked;
}

describe("a bounded WeightCache", () => {
  it("removes what was used longest ago", async () => {
    const directory = newFolder();
    const cache = new WeightCache({ directory, maxBytes: 2.5 * SIZE });
    for (const name of ["a", "b", "a", "c"]) {
      await (await open(cache, name)).release();
      // Two uses within one tick of the file system's clock could not be told apart.
      await new Promise((settle) => setTimeout(settle, 15));
    }
    expect(namesIn(directory, "sha256")).toHaveLength(2);
    expect(await isCached(cache, "a")).toBe(true);
    expect(await isCached(cache, "c")).toBe(true);
    expect(await isCached(cache, "b")).toBe(false);
    rmSync(directory, { recursive: true });
  });

  it("never removes what is in use, even where it then exceeds its bound", async () => {
    const directory = newFolder();
    const cache = new WeightCache({ directory, maxBytes: 1.5 * SIZE });
    const used = await Promise.all(["a", "b"].map((name) => open(cache, name)));
    const more = await open(cache, "c");
    expect(used.every((folder, index) => holds(folder, ["a", "b"][index] ?? ""))).toBe(true);
    expect(holds(more, "c")).toBe(true);
    await more.release();
    expect(namesIn(directory, "sha256")).toHaveLength(3);
    for (const folder of used) await folder.release();
    await (await open(cache, "d")).release();
    expect(namesIn(directory, "sha256")).toHaveLength(1);
    rmSync(directory, { recursive: true });
  });

  it("keeps a user's files when the entry is taken away all the same", async () => {
    const directory = newFolder();
    const cache = new WeightCache({ directory });
    const folder = await open(cache, "a");
    rmSync(join(directory, "sha256"), { recursive: true });
    mkdirSync(join(directory, "sha256"));
    expect(holds(folder, "a")).toBe(true);
    await folder.release();
    rmSync(directory, { recursive: true });
  });

  it("is not held up or misled by what ended processes left behind", async () => {
    const directory = newFolder();
    const cache = new WeightCache({ directory });
    await (await open(cache, "a")).release();
    const ended = toOwnedName({ ...ownIdentity(), pid: 2 ** 22 + 1 }, "left");
    const reused = toOwnedName({ ...ownIdentity(), startedAt: 1 }, "left");
    const foreign = toOwnedName({ ...ownIdentity(), machine: "0123456789ab" }, "in-use");
    const ancient = toOwnedName({ ...ownIdentity(), machine: "0123456789ab" }, "ancient");
    const alive = toOwnedName(ownIdentity(), "in-use");
    for (const name of [ended, reused, foreign, ancient, alive]) {
      mkdirSync(join(directory, "work", name));
      writeFileSync(join(directory, "work", name, "model"), "half");
    }
    utimesSync(join(directory, "work", ancient), 0, 0);
    symlinkSync(ended, join(directory, "locks", "other"));
    await (await open(cache, "b")).release();
    expect(namesIn(directory, "work").sort()).toEqual([foreign, alive].sort());
    expect(namesIn(directory, "locks")).toEqual([]);
    rmSync(directory, { recursive: true });
  });

  it("is swept by a process that finds all it needs, too", async () => {
    const directory = newFolder();
    await (await open(new WeightCache({ directory }), "a")).release();
    const left = join(directory, "work", toOwnedName({ ...ownIdentity(), pid: 2 ** 22 + 1 }, "left"));
    mkdirSync(left);
    expect(await isCached(new WeightCache({ directory }), "a")).toBe(true);
    for (let attempt = 0; existsSync(left) && attempt < 200; attempt += 1) {
      await new Promise((settle) => setTimeout(settle, 10));
    }
    expect(existsSync(left)).toBe(false);
    rmSync(directory, { recursive: true });
  });

  it("knows at once that a lock's holder has ended, where it ran on this machine", async () => {
    const directory = newFolder();
    const path = join(directory, "lock");
    symlinkSync(toOwnedName({ ...ownIdentity(), pid: 2 ** 22 + 1 }, "left"), path);
    const held = await new FillLock(path).tryTake();
    expect(held).toBeDefined();
    expect(await new FillLock(path).tryTake()).toBeUndefined();
    await held?.release();
    symlinkSync(toOwnedName({ ...ownIdentity(), machine: "0123456789ab" }, "left"), path);
    expect(await new FillLock(path).tryTake()).toBeUndefined();
    rmSync(directory, { recursive: true });
  });

  it("takes over a lock whose holder has ended at once, one on another machine when it falls silent", async () => {
    const directory = newFolder();
    const cache = new WeightCache({ directory });
    await (await open(cache, "a")).release();
    const [key = ""] = namesIn(directory, "sha256");
    for (const holder of [{ pid: 2 ** 22 + 1 }, { machine: "0123456789ab" }]) {
      rmSync(join(directory, "sha256", key), { recursive: true });
      symlinkSync(toOwnedName({ ...ownIdentity(), ...holder }, "left"), join(directory, "locks", key));
      const folder = await open(cache, "a");
      expect(holds(folder, "a")).toBe(true);
      await folder.release();
      expect(namesIn(directory, "locks")).toEqual([]);
    }
    rmSync(directory, { recursive: true });
  });

  it("refuses what the disk has no room for, with figures", async () => {
    const directory = newFolder();
    const set = toSet({ model: models.get("a") ?? randomBytes(1) }, () => toLocation(new URL("a", server.url)));
    const [file] = set.files;
    if (file === undefined) throw new Error("The set has a file.");
    const huge = { ...set, files: [{ ...file, sizeBytes: 2 ** 52 }] };
    const opening = new WeightCache({ directory }).open(huge, QUICK);
    await expect(opening).rejects.toMatchObject({ code: "DISK_FULL", message: expect.stringContaining(`${2 ** 52}`) });
    expect([...namesIn(directory, "work"), ...namesIn(directory, "locks")]).toEqual([]);
    rmSync(directory, { recursive: true });
  });
});
