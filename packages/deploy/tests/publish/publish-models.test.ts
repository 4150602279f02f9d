import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { encodeModel } from "@virga/conformance/onnx-model";
import { createFileStore, Registry } from "@virga/core/weights";
import { publishModels, type ServicePlan, studyModels, toServicePlan } from "@virga/deploy";

const AUTHOR = { by: "tests" };
let folder: string;
let registry: Registry;
let reports: string[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "virga-publish-"));
  registry = new Registry(createFileStore(join(folder, "store")));
  reports = [];
});
afterEach(() => rmSync(folder, { recursive: true }));

/** `y = x × factor`, whose factors lie in a file beside it. */
function writeScaled(factor: number): void {
  const [x, y] = ["x", "y"].map((name) => ({ name, tensor: "float32" as const, shape: ["N", 4] }));
  if (x === undefined || y === undefined) throw new Error("two names give two values");
  const initializers = [{ name: "f", type: "float32" as const, shape: [4], data: { location: "factors.bin" } }];
  const operations = [{ operator: "Mul", inputs: ["x", "f"], outputs: ["y"] }];
  writeFileSync(join(folder, "scaled.onnx"), encodeModel({ inputs: [x], outputs: [y], operations, initializers }));
  writeFileSync(join(folder, "factors.bin"), new Uint8Array(new Float32Array(4).fill(factor).buffer));
}

function plan(): ServicePlan {
  const models = { scaled: { path: "scaled.onnx" }, far: { path: "s3://bucket/far@production" } };
  return toServicePlan({ models }, { service: "numbers", stage: "dev", folder });
}

const report = (text: string): void => void reports.push(text);
const publish = () => publishModels(plan(), registry, { author: AUTHOR, report });
const servedVersion = async () => (await registry.resolve("scaled", "production")).version;

describe("models that are deployed", () => {
  it("are published and promoted; those in a registry are left where they are", async () => {
    writeScaled(2);
    expect(await publish()).toEqual([
      { name: "scaled", version: 1, sizeBytes: expect.any(Number), published: true, promoted: true },
    ]);
    expect(await servedVersion()).toBe(1);
  });

  it("cost a hash when they are there already", async () => {
    writeScaled(2);
    await publish();
    reports = [];
    expect(await publish()).toMatchObject([{ version: 1, published: false, promoted: false }]);
    expect(reports).toEqual([]);
  });

  it("are new when only a data file has changed", async () => {
    writeScaled(2);
    await publish();
    writeScaled(3);
    expect(await publish()).toMatchObject([{ version: 2, published: true, promoted: true }]);
    expect(await servedVersion()).toBe(2);
  });

  it("leave somebody's rollback alone", async () => {
    writeScaled(2);
    await publish();
    writeScaled(3);
    await publish();
    await registry.rollback("scaled", "production", AUTHOR);
    expect(await publish()).toMatchObject([{ version: 2, published: false, promoted: false }]);
    expect(await servedVersion()).toBe(1);
  });

  it("are promoted where nothing was, though they had been pushed", async () => {
    writeScaled(2);
    await studyModels({ ...plan(), models: plan().models.slice(0, 1) });
    await publish();
    await registry.store.delete("scaled/aliases/production.json");
    expect(await publish()).toMatchObject([{ version: 1, published: false, promoted: true }]);
  });
});

describe("models that are studied", () => {
  it("are measured once, and not prepared again to be published", async () => {
    writeScaled(2);
    const [first] = Object.values(await studyModels(plan(), report));
    expect(first?.signature.inputs).toMatchObject([{ name: "x", type: "float32" }]);
    expect(first?.sizeBytes).toBeGreaterThan(0);
    expect(reports.filter((text) => text.startsWith("Preparing"))).toHaveLength(1);
    expect(await studyModels(plan(), report)).toMatchObject({ scaled: first });
    await publish();
    expect(reports.filter((text) => text.startsWith("Preparing"))).toHaveLength(1);
    expect(existsSync(join(folder, ".virga/prepared/scaled"))).toBe(false);
  });

  it("are studied anew when their content changes", async () => {
    writeScaled(2);
    await studyModels(plan(), report);
    writeScaled(3);
    await studyModels(plan(), report);
    expect(reports.filter((text) => text.startsWith("Preparing"))).toHaveLength(2);
  });
});
