import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "@jest/globals";
import { encodeModel, type Initializer, type ModelDefinition } from "@virga/conformance/onnx-model";
import fc from "fast-check";
import { InferenceError } from "../../../src/errors.ts";
import { type ByteSource, bytesSource } from "../../../src/weights/onnx-file/byte-source.ts";
import { allGraphs, externalLocations } from "../../../src/weights/onnx-file/model-file.ts";
import { parseModel, readModelFile } from "../../../src/weights/onnx-file/read-model-file.ts";

const branch = (name: string, value: number): ModelDefinition => ({
  inputs: [],
  outputs: [{ name, tensor: "float32" }],
  operations: [{ operator: "Identity", inputs: [`${name}_weight`], outputs: [name] }],
  initializers: [{ name: `${name}_weight`, type: "float32", shape: [2], data: Float32Array.of(value, value) }],
});

const sample: ModelDefinition = {
  inputs: [{ name: "choice", tensor: "bool", shape: [] }],
  outputs: [{ name: "y", tensor: "float32", shape: ["N", null, 3] }],
  operations: [
    {
      operator: "If",
      inputs: ["choice"],
      outputs: ["y"],
      attributes: { then_branch: { graph: branch("one", 1) }, else_branch: { graph: branch("other", 2) } },
    },
    { operator: "Split", domain: "com.example", inputs: ["w", "h"], outputs: ["z"] },
  ],
  initializers: [
    { name: "w", type: "float16", shape: [3, 2], data: new Uint16Array(6) },
    { name: "h", type: "int64", shape: [4], data: { location: "weights/part 1.bin", offset: 8192, sizeBytes: 32 } },
    { name: "s", type: "string", shape: [1], data: ["rain"] },
  ],
  operatorSets: { "": 21, "com.example": 3 },
};

const external = (location: string): Uint8Array =>
  encodeModel({ ...sample, initializers: [{ name: "e", type: "float32", shape: [1], data: { location } }] });

function problemOf(bytes: Uint8Array): string {
  try {
    parseModel(bytesSource(bytes));
    return "none";
  } catch (error) {
    if (InferenceError.is(error)) return error.code;
    throw error;
  }
}

describe("an ONNX file", () => {
  it("is read with its operator sets, values, nodes, branches and constants", () => {
    const model = parseModel(bytesSource(encodeModel(sample)));
    expect(model.operatorSets).toEqual({ "": 21, "com.example": 3 });
    expect(model.graph.outputs).toEqual([{ name: "y", shape: ["N", null, 3] }]);
    expect(model.graph.nodes.map(({ operator, domain, inputs }) => [operator, domain, inputs])).toEqual([
      ["If", "", ["choice"]],
      ["Split", "com.example", ["w", "h"]],
    ]);
    expect(model.graph.initializers.map(({ name, shape, storage }) => [name, shape, storage.kind])).toEqual([
      ["w", [3, 2], "inline"],
      ["h", [4], "external"],
      ["s", [1], "listed"],
    ]);
    expect(model.graph.initializers[1]?.storage).toMatchObject({ location: "weights/part 1.bin", offset: 8192 });
    expect([...model.graph.elementTypes].toSorted((one, other) => one - other)).toEqual([1, 7, 8, 9, 10]);
    expect(allGraphs(model).flatMap(({ initializers }) => initializers.map(({ name }) => name))).toEqual(
      expect.arrayContaining(["one_weight", "other_weight"]),
    );
    expect(externalLocations(model)).toEqual(["weights/part 1.bin"]);
  });

  it.each(["../secret", "/etc/passwd", "a/../../b", "..\\up", "C:\\x", "", "a//b", "a\0b", "."])(
    "is refused when it keeps weights in %j",
    (location) => {
      expect(problemOf(external(location))).toBe("MODEL_UNSUPPORTED");
    },
  );

  it.each(["w.bin", "./w.bin", "a/b/..c.bin", "重み.bin"])("may keep weights in %j", (location) => {
    expect(problemOf(external(location))).toBe("none");
  });

  it("is read without its weights, however large they are", () => {
    const bytes = encodeModel({
      ...sample,
      initializers: [{ name: "big", type: "float32", shape: [4096, 1024], data: new Float32Array(4096 * 1024) }],
    });
    let readBytes = 0;
    const counted: ByteSource = {
      sizeBytes: bytes.length,
      readInto(into, offset) {
        readBytes += into.length;
        return bytesSource(bytes).readInto(into, offset);
      },
    };
    expect(parseModel(counted).graph.initializers[0]?.shape).toEqual([4096, 1024]);
    expect(readBytes).toBeLessThan(100_000);
  });

  it("says that a file is missing", () => {
    const folder = mkdtempSync(join(tmpdir(), "virga-onnx-file-"));
    const missing = join(folder, "none.onnx");
    expect(() => readModelFile(missing)).toThrow(expect.objectContaining({ code: "WEIGHTS_MISSING" }));
    writeFileSync(missing, encodeModel(sample));
    expect(readModelFile(missing).graph.nodes).toHaveLength(2);
    rmSync(folder, { recursive: true });
  });
});

describe("a broken ONNX file", () => {
  const refusals = ["none", "WEIGHTS_CORRUPT", "MODEL_UNSUPPORTED"];

  it("is refused, whatever its bytes are", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => expect(refusals).toContain(problemOf(bytes))),
      { numRuns: 500 },
    );
  });

  it("is refused or read when a good one has been changed or cut", () => {
    const good = encodeModel(sample);
    const change = fc.record({ at: fc.nat(good.length - 1), byte: fc.nat(255) });
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), fc.nat(good.length), (changes, length) => {
        const bytes = Uint8Array.from(good);
        for (const { at, byte } of changes) bytes[at] = byte;
        expect(refusals).toContain(problemOf(bytes));
        expect(refusals).toContain(problemOf(bytes.subarray(0, length)));
      }),
      { numRuns: 500 },
    );
  });

  it("is refused at every length but the whole", () => {
    const good = encodeModel({ ...sample, operatorSets: {} });
    for (let length = 0; length < good.length; length++) {
      expect(problemOf(good.subarray(0, length))).toBe("WEIGHTS_CORRUPT");
    }
  });

  it("is refused when it nests deeper than any model", () => {
    let graph: ModelDefinition = branch("y", 1);
    for (let depth = 0; depth < 150; depth++) {
      graph = {
        ...branch("y", 1),
        operations: [{ operator: "If", inputs: ["c"], outputs: ["y"], attributes: { then_branch: { graph } } }],
      };
    }
    expect(problemOf(encodeModel(graph))).toBe("WEIGHTS_CORRUPT");
  });

  it.each<[string, Initializer]>([
    ["size", { name: "w", type: "float32", shape: [2 ** 40, 2 ** 40], data: new Float32Array(1) }],
    ["negative size", { name: "w", type: "float32", shape: [-1], data: new Float32Array(1) }],
    ["offset", { name: "w", type: "float32", shape: [1], data: { location: "w", offset: Number.NaN } }],
  ])("is refused for a tensor of an impossible %s", (_, initializer) => {
    expect(problemOf(encodeModel({ ...sample, initializers: [initializer] }))).toBe("WEIGHTS_CORRUPT");
  });
});
