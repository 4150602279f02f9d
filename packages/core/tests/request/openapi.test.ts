import { describe, expect, it } from "@jest/globals";
import { Validator } from "@seriousme/openapi-schema-validator";
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import { FAILURES } from "../../src/errors.ts";
import type { DescribedModel } from "../../src/request/openapi/described-service.ts";
import { toOpenApi } from "../../src/request/openapi/to-open-api.ts";
import { type ElementType, FIXED_ELEMENTS, toDatatype } from "../../src/tensor/element-type.ts";
import { type TensorSpec, tensor } from "../../src/tensor/tensor.ts";

const TYPES = [...Object.keys(FIXED_ELEMENTS), "string"] as ElementType[];

interface Document {
  readonly paths: Record<string, Record<string, { responses: Record<string, unknown>; operationId: string }>>;
  readonly components: { readonly examples: Record<string, { value: unknown }> };
}

function describeModels(...models: DescribedModel[]): Document {
  return JSON.parse(
    JSON.stringify(toOpenApi({ name: "test", models, hasPredict: models.length === 1, maxRequestBytes: 1000 })),
  );
}

function model(name: string, inputs: TensorSpec[], outputs: TensorSpec[] = []): DescribedModel {
  return { name, version: "1", signature: { inputs, outputs } };
}

function validatorOf(document: Document, schema: string): ValidateFunction {
  const ajv = new Ajv2020({ strict: false });
  ajv.addSchema({ ...document, $id: "document" });
  const validate = ajv.getSchema(`document#/components/schemas/${schema}`);
  if (validate === undefined) throw new Error(`There is no schema ${schema}.`);
  return validate;
}

const everyType = model(
  "types",
  TYPES.map((type) => ({ name: `${type} in`, type, shape: [-1, 2] })),
  TYPES.map((type) => ({ name: `${type}/out:0`, type, shape: [-1, 2] })),
);

const sum = model(
  "sum",
  [
    { name: "a", type: "float32", shape: [2, 3] },
    { name: "b", type: "int8", shape: [-1] },
  ],
  [{ name: "c", type: "float32", shape: [2, -1] }],
);

describe("the document", () => {
  it.each([
    ["every type", [everyType]],
    ["several models", [everyType, sum]],
    ["no inputs, no outputs, scalars", [model("a", []), model("b", [{ name: "x", type: "bool", shape: [] }])]],
    ["an optional input", [model("a", [{ name: "x", type: "bool", shape: [1], optional: true }])]],
    ["an odd service name", [model("my service/1", [])]],
  ])("is valid OpenAPI 3.1 for %s", async (_, models) => {
    const result = await new Validator().validate({ ...describeModels(...models) });
    expect(result.errors).toBeUndefined();
    expect(result.valid).toBe(true);
  });

  it("has a path for each thing that can be asked of each model, percent-encoded", () => {
    const { paths } = describeModels(everyType, model("a b", []));
    for (const name of ["types", "a%20b"]) {
      for (const path of [`/v2/models/${name}`, `/v2/models/${name}/versions/1`]) {
        expect(Object.keys(paths)).toEqual(expect.arrayContaining([path, `${path}/ready`, `${path}/infer`]));
      }
      for (const path of [`/v1/models/${name}`, `/v1/models/${name}/versions/1`]) {
        expect(Object.keys(paths)).toEqual(expect.arrayContaining([path, `${path}:predict`]));
      }
    }
  });

  it("has /predict and / only where there is one model to ask", () => {
    expect(Object.keys(describeModels(sum).paths)).toEqual(expect.arrayContaining(["/", "/predict"]));
    expect(Object.keys(describeModels(sum, everyType).paths)).not.toEqual(expect.arrayContaining(["/predict"]));
  });

  it("names each operation once", () => {
    const { paths } = describeModels(everyType, sum);
    const ids = Object.values(paths).flatMap((path) => Object.values(path).map(({ operationId }) => operationId));
    expect(new Set(ids).size).toBe(ids.length);
  });

  it("documents every status that a prediction can have", () => {
    const { responses } = describeModels(sum).paths["/v2/models/sum/infer"]!["post"]!;
    const statuses = [200, 400, 404, 405, 413, 415, 499, 500, 503, 504];
    expect(Object.keys(responses).map(Number)).toEqual(statuses);
  });

  it("refers only to failures that it describes", () => {
    const validate = (status: number) => `#/components/responses/Failure${status}`;
    const { responses } = describeModels(sum).paths["/predict"]!["post"]!;
    for (const [status, response] of Object.entries(responses)) {
      if (status !== "200") expect(response).toEqual({ $ref: validate(Number(status)) });
    }
    expect(Object.values(FAILURES).every(({ status }) => status >= 400)).toBe(true);
  });
});

describe("an element", () => {
  it.each<[ElementType, unknown[], unknown[]]>([
    ["bool", [true, false, 0, 1], [2, -1, 0.5, "true", null]],
    ["int8", [-128, 127, 1.0], [-129, 128, 0.5, "1", true]],
    ["uint8", [0, 255], [-1, 256]],
    ["int16", [-32768, 32767], [-32769, 32768]],
    ["uint16", [0, 65535], [-1, 65536]],
    ["int32", [-(2 ** 31), 2 ** 31 - 1], [-(2 ** 31) - 1, 2 ** 31]],
    ["uint32", [0, 2 ** 32 - 1], [-1, 2 ** 32]],
    ["int64", [-(2 ** 63), 2 ** 62], [-(2 ** 64), 2 ** 64, 0.5]],
    ["uint64", [0, 2 ** 63], [-1, 2 ** 65]],
    ["float16", [65519.9, -0.5, "NaN", "-Infinity"], [65520, "nan", "1", true, null]],
    ["float32", [3.4028235e38, 1e-50, "Infinity"], [3.4028236e38, "inf", null]],
    ["float64", [1e308, 0, "NaN"], ["1", false]],
    ["string", ["", "NaN", "grüße"], ["a\0b", 1, null]],
  ])("of type %s is what the type can hold", (type, good, bad) => {
    const validate = validatorOf(describeModels(everyType), toDatatype(type));
    expect(good.filter((value) => !validate(value))).toEqual([]);
    expect(bad.filter((value) => validate(value))).toEqual([]);
  });

  it("has the bounds of 64-bit integers to the last digit", () => {
    const text = JSON.stringify(toOpenApi({ name: "test", models: [everyType], hasPredict: true, maxRequestBytes: 1 }));
    expect(text).toContain('"INT64":{"type":"integer","minimum":-9223372036854775808,"maximum":9223372036854775807}');
    expect(text).toContain('"UINT64":{"type":"integer","minimum":0,"maximum":18446744073709551615}');
  });
});

describe("an Open Inference request", () => {
  const validate = validatorOf(describeModels(sum), "sum.inferRequest");
  const a = { name: "a", datatype: "FP32", shape: [2, 3], data: [1, 2, 3, 4, 5, "NaN"] };
  const b = { name: "b", datatype: "INT8", shape: [1], data: [1] };

  it.each([
    ["in either order", { inputs: [b, a] }],
    ["with nested data", { inputs: [{ ...a, data: [[1, 2, 3], [4, 5, 6]] }, b] }], // biome-ignore format: one line
    ["with an id, parameters and outputs", { id: "1", parameters: { x: 1 }, inputs: [a, b], outputs: [{ name: "c" }] }],
    ["with no element", { inputs: [a, { ...b, shape: [0], data: [] }] }],
  ])("is accepted %s", (_, body) => {
    expect(validate(body)).toBe(true);
  });

  it.each([
    ["an input missing", { inputs: [a] }],
    ["an input twice", { inputs: [a, a] }],
    ["an input too many", { inputs: [a, b, b] }],
    ["an unknown input", { inputs: [a, { ...b, name: "z" }] }],
    ["another datatype", { inputs: [{ ...a, datatype: "FP64" }, b] }],
    ["another size", { inputs: [{ ...a, shape: [3, 2] }, b] }],
    ["another rank", { inputs: [{ ...a, shape: [6] }, b] }],
    ["a negative size", { inputs: [a, { ...b, shape: [-1] }] }],
    ["too few elements", { inputs: [{ ...a, data: [1, 2, 3] }, b] }],
    ["elements nested otherwise", { inputs: [{ ...a, data: [[1, 2], [3, 4], [5, 6]] }, b] }], // biome-ignore format: one line
    ["no data", { inputs: [{ ...a, data: undefined }, b] }],
    ["an unknown output", { inputs: [a, b], outputs: [{ name: "z" }] }],
    ["an output asked for twice", { inputs: [a, b], outputs: [{ name: "c" }, { name: "c", parameters: {} }] }],
    ["a parameter too large to be exact", { inputs: [a, b], parameters: { x: 2 ** 53 } }],
    ["a parameter that is an object", { inputs: [a, b], parameters: { x: {} } }],
    ["an id that is no string", { id: 1, inputs: [a, b] }],
  ])("is refused with %s", (_, body) => {
    expect(validate(JSON.parse(JSON.stringify(body)))).toBe(false);
  });
});

describe("an example", () => {
  it("is written for every body that takes it, and fits its schema", () => {
    const example = {
      a: tensor("float32", [2, 3], new Float32Array(6)),
      b: tensor("int8", [1], Int8Array.of(1)),
    };
    const document = describeModels({ ...sum, example });
    expect(Object.keys(document.components.examples)).toEqual([
      "sum.inferRequest",
      "sum.servingRequest",
      "sum.plainRequest",
    ]);
    for (const [name, { value }] of Object.entries(document.components.examples)) {
      expect([name, validatorOf(document, name)(value)]).toEqual([name, true]);
    }
  });
});
