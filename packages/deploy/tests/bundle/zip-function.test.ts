import { mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { Uint8ArrayReader, Uint8ArrayWriter, ZipReader } from "@zip.js/zip.js";
import { type BundledFunction, checkArtefactSize, describeArtefact, zipFunction } from "../../src/index.ts";
import { runModule } from "../support/run-module.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "virga-zip-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const CONTENTS = { "index.mjs": "export {};".repeat(50), "assets/project/labels.txt": "cat\ndog\n" };

function artefact(name: string): BundledFunction {
  const files = Object.entries(CONTENTS).map(([path, text]) => {
    mkdirSync(join(folder, name, path, ".."), { recursive: true });
    writeFileSync(join(folder, name, path), text);
    return { name: path, sizeBytes: text.length };
  });
  return { folder: join(folder, name), files, parts: [{ packageName: "@virga/core", sizeBytes: 300 }] };
}

describe("zipFunction", () => {
  it("gives the same bytes for the same files, whenever and wherever they were written", async () => {
    const first = artefact("first");
    const second = artefact("second");
    utimesSync(join(second.folder, "index.mjs"), new Date("2020-02-02"), new Date("2020-02-02"));
    const one = await zipFunction(first, join(folder, "first.zip"));
    const source = fileURLToPath(new URL("../../src/index.ts", import.meta.url));
    const other = await runModule(
      folder,
      `const { zipFunction } = await import(${JSON.stringify(source)});
       const zipped = await zipFunction(${JSON.stringify(second)}, "new/second.zip");
       console.log(JSON.stringify(zipped));`,
      { TZ: "Asia/Tokyo", NODE_OPTIONS: "--conditions=virga:source --disable-warning=ExperimentalWarning" },
    );
    expect(other).toEqual(one);
    const bytes = readFileSync(join(folder, "first.zip"));
    expect(bytes.length).toBe(one.sizeBytes);
    expect(readFileSync(join(folder, "new", "second.zip")).equals(bytes)).toBe(true);
  });

  it("keeps names, contents and the right to read and run them", async () => {
    await zipFunction(artefact("first"), join(folder, "first.zip"));
    const reader = new ZipReader(new Uint8ArrayReader(readFileSync(join(folder, "first.zip"))));
    const entries = await reader.getEntries();
    expect(entries.map(({ filename }) => filename)).toEqual(Object.keys(CONTENTS));
    for (const entry of entries) {
      if (entry.directory) throw new Error("a folder");
      const text = Buffer.from(await entry.getData(new Uint8ArrayWriter())).toString();
      expect(text).toBe(CONTENTS[entry.filename as keyof typeof CONTENTS]);
      expect((entry.unixMode ?? 0) & 0o777).toBe(0o755);
    }
  });
});

describe("checkArtefactSize", () => {
  const bundled: BundledFunction = {
    folder: "/",
    files: [
      { name: "index.mjs", sizeBytes: 1_000 },
      { name: "libonnxruntime.so.1", sizeBytes: 45_000 },
    ],
    parts: Array.from({ length: 14 }, (_, index) => ({ packageName: `package-${index}`, sizeBytes: 100 - index })),
  };

  it("lets pass what its platform takes", () => {
    checkArtefactSize(bundled, 46_000, { platform: "AWS Lambda", unzippedBytes: 46_000, zippedBytes: 46_000 });
    checkArtefactSize(bundled, undefined, { platform: "AWS Lambda", unzippedBytes: 46_000, zippedBytes: 1 });
  });

  it.each([
    [undefined, { unzippedBytes: 45_999 }, /has 46,000 bytes, and AWS Lambda takes 45,999/],
    [501, { unzippedBytes: 46_000, zippedBytes: 500 }, /has 501 bytes zipped, and AWS Lambda takes 500/],
  ])("refuses what is too large, with a table", (zipSizeBytes, limits, message) => {
    const check = (): void => checkArtefactSize(bundled, zipSizeBytes, { platform: "AWS Lambda", ...limits });
    expect(check).toThrow(message);
    expect(check).toThrow(/45,000 {2}libonnxruntime\.so\.1\n +1,000 {2}index\.mjs\n +100 {4}package-0/);
  });

  it("adds up what is small", () => {
    expect(describeArtefact(bundled).split("\n").at(-1)).toBe("         175    and smaller ones");
  });
});
