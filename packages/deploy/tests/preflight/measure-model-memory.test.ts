import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { encodeModel } from "@virga/conformance";
import { type MeasuredMemory, measureModelMemory } from "@virga/deploy";

const MB = 2 ** 20;
const WIDTH = 4_096;

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "virga-memory-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function write(name: string, bytes: Uint8Array): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, bytes);
  return path;
}

/** y = x · W, where W has 64 MiB, or y = x. */
function product(hasWeights: boolean): Uint8Array {
  const data = new Float32Array(WIDTH * WIDTH).fill(1e-3);
  return encodeModel({
    inputs: [{ name: "x", tensor: "float32", shape: ["rows", WIDTH] }],
    outputs: [{ name: "y", tensor: "float32", shape: ["rows", WIDTH] }],
    operations: [
      hasWeights
        ? { operator: "MatMul", inputs: ["x", "w"], outputs: ["y"] }
        : { operator: "Identity", inputs: ["x"], outputs: ["y"] },
    ],
    ...(hasWeights && { initializers: [{ name: "w", type: "float32" as const, shape: [WIDTH, WIDTH], data }] }),
  });
}

function ownBytes({ base, total }: MeasuredMemory): number {
  return total.peakBytes - base.peakBytes;
}

describe("The memory of a model", () => {
  it("holds its weights, once, and leaves them on the disk where that is known", async () => {
    const [light, heavy] = [
      await measureModelMemory(await write("light.onnx", product(false))),
      await measureModelMemory(await write("heavy.onnx", product(true))),
    ];
    if (light === undefined || heavy === undefined) throw new Error("Nothing was measured.");
    expect([light.hasRun, heavy.hasRun]).toEqual([true, true]);
    const weightBytes = WIDTH * WIDTH * 4;
    expect(ownBytes(heavy) - ownBytes(light)).toBeGreaterThan(0.9 * weightBytes);
    expect(ownBytes(heavy) - ownBytes(light)).toBeLessThan(1.5 * weightBytes);
    if (process.platform === "linux") {
      expect((heavy.total.anonymousBytes ?? 0) - (heavy.base.anonymousBytes ?? 0)).toBeLessThan(0.5 * weightBytes);
    }
  });

  it("is told where no input is found, from loading alone", async () => {
    const path = await write(
      "refuses.onnx",
      encodeModel({
        inputs: [
          { name: "x", tensor: "float32", shape: [101] },
          { name: "shape", tensor: "int64", shape: [3] },
        ],
        outputs: [{ name: "y", tensor: "float32", shape: ["a", "b", "c"] }],
        // A prime: nothing but 101, 1 and 1 in some order.
        operations: [
          { operator: "Reshape", inputs: ["x", "shape"], outputs: ["y"], attributes: { allowzero: { int: 1 } } },
        ],
      }),
    );
    const measured = await measureModelMemory(path);
    expect(measured?.total.peakBytes).toBeGreaterThan(10 * MB);
    expect(measured?.hasRun).toBe(false);
  });

  it("is given up at the deadline, and says so", async () => {
    const reports: string[] = [];
    const path = await write("slow.onnx", product(false));
    const measured = await measureModelMemory(path, { deadlineMs: 1, report: (text) => reports.push(text) });
    expect(measured).toBeUndefined();
    expect(reports).toEqual([expect.stringContaining("more than 0.001 s")]);
  });
});
