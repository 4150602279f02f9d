import {
  copyFileSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "@jest/globals";
import { type FaultServer, type FaultServerOptions, startFaultServer } from "@virga/conformance/fault-server";
import { WeightCache } from "../../../src/weights/cache/weight-cache.ts";
import type { WeightSet } from "../../../src/weights/cache/weight-folder.ts";
import { isSame, QUICK, randomBytes, toLocation } from "../fetch/fetch-harness.ts";
import { namesIn, newFolder, toSet } from "./cache-harness.ts";

const files = { "model.onnx": randomBytes(5_000), "data/weights.bin": randomBytes(300_000) };
const folders: string[] = [];
const servers: FaultServer[] = [];

async function start(options: Partial<FaultServerOptions> = {}): Promise<FaultServer> {
  const objects = Object.fromEntries(Object.entries(files).map(([path, bytes]) => [`/${path}`, bytes]));
  const server = await startFaultServer({ objects, ...options });
  servers.push(server);
  return server;
}

const fetched = (server: FaultServer, bytes: Readonly<Record<string, Uint8Array>> = files): WeightSet =>
  toSet(bytes, (path) => toLocation(new URL(path, server.url)));

function newCache(maxBytes?: number): { cache: WeightCache; directory: string } {
  const directory = newFolder();
  folders.push(directory);
  return { cache: new WeightCache({ directory, ...(maxBytes === undefined ? {} : { maxBytes }) }), directory };
}

function holdsAll(directory: string): boolean {
  return Object.entries(files).every(([path, bytes]) => isSame(readFileSync(join(directory, path)), bytes));
}

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

describe("WeightCache", () => {
  it("fetches once, then uses what is there", async () => {
    const server = await start();
    const { cache, directory } = newCache();
    const first = await cache.open(fetched(server), QUICK);
    await first.verified;
    expect(holdsAll(first.directory)).toBe(true);
    await first.release();
    const asked = server.requests.length;
    const second = await new WeightCache({ directory }).open(fetched(server), QUICK);
    await second.verified;
    expect(holdsAll(second.directory)).toBe(true);
    expect(server.requests).toHaveLength(asked);
    await second.release();
    expect(namesIn(directory, "sha256")).toHaveLength(1);
    expect(namesIn(directory, "work")).toEqual([]);
    expect(namesIn(directory, "locks")).toEqual([]);
  });

  it("gives every file its full length before its bytes come, and tells when each is whole", async () => {
    const server = await start({ bytesPerSecond: 400_000 });
    const { cache } = newCache();
    const folder = await cache.open(fetched(server), QUICK);
    const data = join(folder.directory, "data/weights.bin");
    const before = statSync(data);
    expect(before.size).toBe(files["data/weights.bin"].length);
    await folder.whenVerified("model.onnx");
    expect(isSame(readFileSync(join(folder.directory, "model.onnx")), files["model.onnx"])).toBe(true);
    await folder.verified;
    expect(statSync(data).ino).toBe(before.ino);
    expect(holdsAll(folder.directory)).toBe(true);
    await expect(folder.whenVerified("other")).rejects.toMatchObject({ code: "INTERNAL" });
    await folder.release();
  });

  it("lets one fetch for all who ask at once", async () => {
    const server = await start({ firstByteDelayMs: 20 });
    const { directory } = newCache();
    const opened = await Promise.all(
      Array.from({ length: 6 }, () => new WeightCache({ directory }).open(fetched(server), QUICK)),
    );
    await Promise.all(opened.map((folder) => folder.verified));
    expect(opened.every((folder) => holdsAll(folder.directory))).toBe(true);
    expect(server.requests.length).toBeLessThanOrEqual(5);
    await Promise.all(opened.map((folder) => folder.release()));
    expect(namesIn(directory, "work")).toEqual([]);
  });

  it("leaves nothing of a fetch that failed, and the next one is right", async () => {
    const server = await start({ fault: ({ index }) => (index < 5 ? { kind: "status", status: 404 } : undefined) });
    const { cache, directory } = newCache();
    const folder = await cache.open(fetched(server), QUICK);
    await expect(folder.verified).rejects.toMatchObject({ code: "WEIGHTS_MISSING" });
    await expect(folder.whenVerified("data/weights.bin")).rejects.toMatchObject({ code: "WEIGHTS_MISSING" });
    await folder.release();
    expect([...namesIn(directory, "work"), ...namesIn(directory, "locks"), ...namesIn(directory, "sha256")]).toEqual(
      [],
    );
    const next = await cache.open(fetched(server), QUICK);
    await next.verified;
    expect(holdsAll(next.directory)).toBe(true);
    await next.release();
  });

  it("ends a fetch whose weights nobody wants any more", async () => {
    const server = await start({ bytesPerSecond: 10_000 });
    const { cache, directory } = newCache();
    const folder = await cache.open(fetched(server), QUICK);
    await folder.release();
    await expect(folder.verified).rejects.toMatchObject({ code: "CANCELLED" });
    expect([...namesIn(directory, "work"), ...namesIn(directory, "locks")]).toEqual([]);
  });

  it("uses files of a store on the same disk in place", async () => {
    const { cache, directory } = newCache();
    const store = join(directory, "store");
    mkdirSync(store);
    const blob = (path: string): string => join(store, path.replace("/", "-"));
    for (const [path, bytes] of Object.entries(files)) writeFileSync(blob(path), bytes);
    const set = toSet(files, (path) => ({ kind: "file", path: blob(path) }));
    const folder = await cache.open(set);
    await folder.verified;
    expect(statSync(join(folder.directory, "data/weights.bin")).ino).toBe(statSync(blob("data/weights.bin")).ino);
    await folder.release();
    expect(readFileSync(blob("model.onnx"))).toHaveLength(files["model.onnx"].length);
    truncateSync(blob("model.onnx"), 10);
    await expect(cache.open(set)).rejects.toMatchObject({ code: "WEIGHTS_CORRUPT" });
    rmSync(blob("model.onnx"));
    await expect(cache.open(set)).rejects.toMatchObject({ code: "WEIGHTS_MISSING" });
  });

  it("copies what lies on another disk, and verifies it", async () => {
    const { cache } = newCache();
    const elsewhere = "/dev/shm/virga-cache-test";
    mkdirSync(elsewhere, { recursive: true });
    folders.push(elsewhere);
    const blob = (path: string): string => join(elsewhere, path.replace("/", "-"));
    for (const [path, bytes] of Object.entries(files)) writeFileSync(blob(path), bytes);
    const set = toSet(files, (path) => ({ kind: "file", path: blob(path) }));
    const folder = await cache.open(set);
    await folder.verified;
    expect(holdsAll(folder.directory)).toBe(true);
    await folder.release();
  });

  it("fetches again what a crash of the machine has spoiled", async () => {
    const server = await start();
    const { cache, directory } = newCache();
    const folder = await cache.open(fetched(server), QUICK);
    await folder.verified;
    await folder.release();
    const [key = ""] = namesIn(directory, "sha256");
    const entry = join(directory, "sha256", key);
    writeFileSync(join(entry, "verified"), "an earlier boot");
    const spoiled = join(entry, "files/data/weights.bin");
    writeFileSync(spoiled, readFileSync(spoiled).fill(0, 100_000, 120_000));
    const again = await cache.open(fetched(server), QUICK);
    await again.verified;
    expect(holdsAll(again.directory)).toBe(true);
    await again.release();
    // Whole files are verified once a boot, and then believed.
    const asked = server.requests.length;
    writeFileSync(join(entry, "verified"), "an earlier boot");
    await (await cache.open(fetched(server), QUICK)).release();
    expect(readFileSync(join(entry, "verified"), "utf8")).toMatch(/^[0-9a-f]{12}$/);
    expect(server.requests).toHaveLength(asked);
  });

  it("takes a directory that is reached through a link for what it is", async () => {
    const server = await start();
    const { directory } = newCache();
    const link = `${newFolder()}/link`;
    folders.push(join(link, ".."));
    symlinkSync(directory, link);
    const folder = await new WeightCache({ directory: link }).open(fetched(server), QUICK);
    await folder.verified;
    expect(folder.directory.startsWith(directory)).toBe(true);
    await folder.release();
  });

  it.each(["../model.onnx", "/etc/model", "a/../../b", "a/./b", ""])("refuses the path %j", async (path) => {
    const { cache } = newCache();
    const set = toSet({ [path]: randomBytes(10) }, () => ({ kind: "file", path: "/dev/null" }));
    await expect(cache.open(set)).rejects.toMatchObject({ code: "WEIGHTS_CORRUPT" });
  });

  it("says where it may not write", async () => {
    const server = await start();
    const cache = new WeightCache({ directory: "/sys/virga" });
    await expect(cache.open(fetched(server), QUICK)).rejects.toMatchObject({
      name: "InferenceError",
      message: expect.stringContaining("/sys/virga"),
    });
    const { directory } = newCache();
    copyFileSync("/dev/null", join(directory, "sha256"));
    await expect(new WeightCache({ directory }).open(fetched(server), QUICK)).rejects.toMatchObject({
      name: "InferenceError",
    });
  });
});
