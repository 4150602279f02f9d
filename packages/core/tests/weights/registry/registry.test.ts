import { createHash } from "node:crypto";
import { mkdtemp, readdir, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { InferenceError } from "../../../src/errors.ts";
import type { Manifest } from "../../../src/weights/registry/manifest.ts";
import { Registry } from "../../../src/weights/registry/registry.ts";
import { decodeAlias, decodeVersion } from "../../../src/weights/registry/registry-records.ts";
import { createFileStore } from "../../../src/weights/store/file-store.ts";

const author = { by: "someone@somewhere" };
let folder: string;
let registry: Registry;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "virga-registry-"));
  registry = new Registry(createFileStore(join(folder, "registry")));
});
afterEach(() => rm(folder, { recursive: true }));

/** Writes a model's only file and its manifest, as preparing would. */
async function prepared(content: string): Promise<Manifest> {
  const sha256 = createHash("sha256").update(content).digest("hex");
  await writeFile(join(folder, `${sha256}.onnx`), content);
  return {
    format: 1,
    signature: { inputs: [{ name: "X", type: "float32", shape: [-1, 4] }], outputs: [] },
    operatorSets: { "": 21 },
    runtimeVersion: "1.30.0",
    sourceSha256: sha256,
    chunkBytes: 8_388_608,
    files: [{ path: `${sha256}.onnx`, sizeBytes: content.length, sha256, chunkCrc32: [7] }],
    load: { kind: "mapped", graph: `${sha256}.onnx`, packedBytes: 0 },
  };
}

async function push(content: string): Promise<number> {
  return (await registry.publish("iris", folder, await prepared(content), author)).version;
}

describe("Registry", () => {
  it("numbers versions from 1, and the same content keeps its number", async () => {
    expect([await push("a"), await push("b"), await push("a"), await push("c")]).toEqual([1, 2, 1, 3]);
    expect((await registry.versions("iris")).map((version) => version.version)).toEqual([1, 2, 3]);
  });

  it("gives twenty pushes at once twenty versions", async () => {
    const versions = await Promise.all(Array.from({ length: 20 }, (_, index) => push(`content ${index}`)));
    expect(versions.toSorted((one, other) => one - other)).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
  });

  it("loses none of twenty promotions at once", async () => {
    for (let index = 0; index < 5; index += 1) await push(String(index));
    const targets = Array.from({ length: 20 }, (_, index) => (index % 5) + 1);
    await Promise.all(targets.map((version) => registry.promote("iris", version, "production", author)));
    const [alias] = await registry.aliases("iris");
    expect(alias?.history.map((move) => move.to).toSorted()).toEqual(targets.toSorted());
    expect(alias?.history.slice(1).map((move) => move.from)).toEqual(
      alias?.history.slice(0, -1).map((move) => move.to),
    );
    expect(alias?.version).toBe(alias?.history.at(-1)?.to);
  });

  it("resolves an alias and a number to the same manifest, and finds its files", async () => {
    await push("a");
    await registry.promote("iris", 1, "production", author);
    const byAlias = await registry.resolve("iris", "production");
    expect(byAlias.manifest).toEqual((await registry.resolve("iris", "1")).manifest);
    const [file] = byAlias.manifest.files;
    const location = registry.locate("iris", file ?? (await prepared("a")).files[0]!);
    expect(location).toMatchObject({ kind: "file", path: expect.stringContaining(file?.sha256 ?? "none") });
  });

  it("rolls back one promotion at a time", async () => {
    for (const content of ["a", "b", "c"]) await registry.promote("iris", await push(content), "production", author);
    expect((await registry.rollback("iris", "production", author)).version).toBe(2);
    expect((await registry.rollback("iris", "production", author)).version).toBe(1);
    await expect(registry.rollback("iris", "production", author)).rejects.toMatchObject({ code: "INPUT_INVALID" });
    const [alias] = await registry.aliases("iris");
    expect(alias?.history.map(({ kind, from, to }) => [kind, from, to])).toEqual([
      ["promote", null, 1],
      ["promote", 1, 2],
      ["promote", 2, 3],
      ["rollback", 3, 2],
      ["rollback", 2, 1],
    ]);
  });

  it("refuses to delete what an alias points at, and never gives a number twice", async () => {
    await push("a");
    await push("b");
    await registry.promote("iris", 2, "production", author);
    await expect(registry.delete("iris", 2, author)).rejects.toThrow(/production/);
    await registry.promote("iris", 1, "production", author);
    await registry.delete("iris", 2, author);
    await expect(registry.resolve("iris", "2")).rejects.toMatchObject({ code: "MODEL_UNKNOWN" });
    await expect(registry.promote("iris", 2, "production", author)).rejects.toMatchObject({ code: "MODEL_UNKNOWN" });
    expect(await push("c")).toBe(3);
  });

  it("collects files of deleted versions and dead pushes once they are old, and nothing else", async () => {
    await push("a");
    await push("b");
    await registry.promote("iris", 1, "production", author);
    await registry.delete("iris", 2, author);
    expect(await registry.collectGarbage("iris")).toEqual({ deletedFiles: 0, deletedBytes: 0 });
    const blobs = join(folder, "registry", "iris", "blobs");
    const old = new Date(Date.now() - 48 * 3_600_000);
    for (const blob of await readdir(blobs)) await utimes(join(blobs, blob), old, old);
    expect(await registry.collectGarbage("iris")).toEqual({ deletedFiles: 1, deletedBytes: 1 });
    expect(await readdir(blobs)).toHaveLength(1);
  });

  it("says what is missing and what to do", async () => {
    await expect(registry.resolve("iris", "production")).rejects.toThrow(/push the model, then promote/);
    await expect(registry.resolve("../etc", "1")).rejects.toMatchObject({ code: "INPUT_INVALID" });
    await expect(registry.promote("iris", 1, "7", author)).rejects.toMatchObject({ code: "INPUT_INVALID" });
  });
});

describe("records that a store gives back", () => {
  it("are read as they were written, or refused with the field that is wrong", async () => {
    await push("a");
    await registry.promote("iris", 1, "production", author);
    const key = "iris/aliases/production.json";
    const { bytes } = (await registry.store.read(key))!;
    const text = Buffer.from(bytes).toString();
    const broken = (change: (text: string) => string): (() => unknown) => {
      return () => decodeAlias(Buffer.from(change(text)), key);
    };
    expect(broken((same) => same)).not.toThrow();
    expect(broken((each) => each.replace('"sizeBytes":1', '"sizeBytes":-1'))).toThrow(/files\[0\].sizeBytes/);
    expect(broken((each) => each.replace(/"path":"[^"]*"/, '"path":"../../etc/passwd"'))).toThrow(/path/);
    expect(broken((each) => each.replace('"chunkCrc32":[7]', '"chunkCrc32":[]'))).toThrow(/checksums/);
    expect(broken((each) => each.replace('"format":1', '"format":2'))).toThrow(/newer/);
    expect(broken((each) => each.slice(0, 20))).toThrow(/JSON/);
  });

  it("never break the process, whatever they are", () => {
    const anything = fc.oneof(
      fc.uint8Array(),
      fc.json().map((text) => Buffer.from(text)),
      fc
        .dictionary(fc.constantFrom("version", "state", "alias", "manifest", "history"), fc.jsonValue())
        .map((value) => Buffer.from(JSON.stringify(value))),
    );
    fc.assert(
      fc.property(anything, (bytes) => {
        for (const decode of [decodeAlias, decodeVersion]) {
          try {
            decode(bytes, "key");
          } catch (error) {
            if (!InferenceError.is(error) || error.code !== "WEIGHTS_CORRUPT") throw error;
          }
        }
      }),
    );
  });
});
