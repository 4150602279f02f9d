import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { encodeModel, type ModelDefinition } from "@virga/conformance/onnx-model";
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import { type App, createApp } from "../../src/request/app.ts";
import { type ElementType, FIXED_ELEMENTS } from "../../src/tensor/element-type.ts";

const TYPES = [...Object.keys(FIXED_ELEMENTS), "string"] as ElementType[];
type Shape = readonly (number | string)[];

/** Gives back one tensor of each type. */
function identities(shape?: Shape): ModelDefinition {
  const value = (name: string, type: ElementType) => ({ name, tensor: type, ...(shape && { shape }) });
  return {
    inputs: TYPES.map((type) => value(`${type} in`, type)),
    outputs: TYPES.map((type) => value(`${type}/out:0`, type)),
    operations: TYPES.map((type) => ({ operator: "Identity", inputs: [`${type} in`], outputs: [`${type}/out:0`] })),
  };
}

/** A 3 × 3 convolution without padding: no picture smaller than that goes through it. */
const convolution: ModelDefinition = {
  inputs: [{ name: "image", tensor: "float32", shape: ["N", 1, "H", "W"] }],
  outputs: [{ name: "edges", tensor: "float32", shape: ["N", 1, "H'", "W'"] }],
  initializers: [{ name: "kernel", type: "float32", shape: [1, 1, 3, 3], data: new Float32Array(9).fill(1) }],
  operations: [{ operator: "Conv", inputs: ["image", "kernel"], outputs: ["edges"] }],
};

/** Says that it answers [1], and answers as many elements as it is given. */
const liar: ModelDefinition = {
  inputs: [{ name: "x", tensor: "float32", shape: ["N"] }],
  outputs: [{ name: "y", tensor: "float32", shape: [1, 1] }],
  operations: [{ operator: "Relu", inputs: ["x"], outputs: ["y"] }],
};

const MODELS: Readonly<Record<string, Uint8Array>> = {
  iris: readFileSync(new URL("../../../../examples/iris/model.onnx", import.meta.url)),
  fixed: encodeModel(identities([2, 3])),
  free: encodeModel(identities(["N", "M"])),
  unknown: encodeModel(identities()),
  convolution: encodeModel(convolution),
  liar: encodeModel(liar),
};

interface Media {
  readonly schema: object;
  readonly examples?: Readonly<Record<string, { readonly $ref: string }>>;
}
interface Operation {
  readonly requestBody?: { readonly content: Readonly<Record<string, Media>> };
  readonly responses: { readonly 200: { readonly content: Readonly<Record<string, Media>> } };
}
interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<"get" | "post", Operation>>>>;
  readonly components: { readonly examples: Readonly<Record<string, { readonly value: unknown }>> };
}

async function ask(app: App, path: string, body?: unknown): Promise<{ status: number; answer: unknown }> {
  const url = `http://localhost${path}`;
  const post = { method: "POST", body: JSON.stringify(body), headers: { "content-type": "application/json" } };
  const response = await app.fetch(new Request(url, body === undefined ? {} : post));
  // Not `response.json()`: its objects come from outside of Jest's realm, which makes them unequal to any constant.
  return { status: response.status, answer: JSON.parse(await response.text()) };
}

async function describeApp(
  app: App,
): Promise<{ document: Document; problems(schema: object, value: unknown): unknown }> {
  const document = (await ask(app, "/openapi.json")).answer as Document;
  const ajv = new Ajv2020({ strict: false, allErrors: false });
  ajv.addSchema({ ...document, $id: "document" });
  const compiled = new Map<string, ValidateFunction>();
  return {
    document,
    problems(schema, value) {
      const absolute = JSON.stringify(schema).replaceAll('"#/components', '"document#/components');
      const validate = compiled.get(absolute) ?? ajv.compile(JSON.parse(absolute));
      compiled.set(absolute, validate);
      return validate(value) ? undefined : validate.errors;
    },
  };
}

describe.each(Object.entries(MODELS))("the document of a service with the model %s", (name, bytes) => {
  let app: App;
  let described: Awaited<ReturnType<typeof describeApp>>;
  beforeAll(async () => {
    app = createApp({ name: "test", models: { [name]: { source: { kind: "bytes", bytes } } } });
    described = await describeApp(app);
  });
  afterAll(() => app.close());

  it("holds answers to what is asked with GET", async () => {
    const paths = Object.entries(described.document.paths).filter(([, operations]) => operations.get !== undefined);
    expect(paths.length).toBeGreaterThanOrEqual(10);
    for (const [path, { get }] of paths) {
      const { status, answer } = await ask(app, path);
      expect([path, status]).toEqual([path, 200]);
      expect([path, described.problems(get.responses[200].content["application/json"]!.schema, answer)]).toEqual([
        path,
        undefined,
      ]);
    }
  });

  it("has examples that fit its schemas, work, and are answered as it says", async () => {
    const { document, problems } = described;
    const paths = Object.entries(document.paths).filter(([path]) => path !== "/v2/repository/index");
    let tried = 0;
    for (const [path, { post }] of paths) {
      const { schema, examples = {} } = post?.requestBody?.content["application/json"] ?? { schema: {} };
      for (const { $ref } of Object.values(examples)) {
        const { value } = document.components.examples[$ref.split("/").pop() ?? ""]!;
        expect([path, $ref, problems(schema, value)]).toEqual([path, $ref, undefined]);
        const { status, answer } = await ask(app, path, value);
        expect([path, $ref, status, answer]).toEqual([path, $ref, 200, answer]);
        expect([path, problems(post.responses[200].content["application/json"]!.schema, answer)]).toEqual([
          path,
          undefined,
        ]);
        tried += 1;
      }
    }
    expect(tried).toBe(10);
  });
});

it("leaves out a model that cannot be loaded, and describes the others", async () => {
  const broken = { source: { kind: "bytes", bytes: new Uint8Array(3) } } as const;
  const app = createApp({ models: { broken, good: { source: { kind: "bytes", bytes: encodeModel(liar) } } } });
  const { document } = await describeApp(app);
  expect(Object.keys(document.paths)).toContain("/v2/models/good/infer");
  expect(Object.keys(document.paths)).not.toContain("/v2/models/broken/infer");
  await app.close();
});

it("looks for an example once, however often the document is asked for", async () => {
  let runs = 0;
  const app = createApp({
    models: { liar: { source: { kind: "bytes", bytes: encodeModel(liar) } } },
    predictor: {
      predict(inputs, context) {
        runs += 1;
        return context.model().run(inputs);
      },
    },
  });
  await ask(app, "/openapi.json");
  await ask(app, "/openapi.json");
  expect(runs).toBe(1);
  await app.close();
});
