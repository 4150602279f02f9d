import { afterEach, describe, expect, it } from "@jest/globals";
import { encodeModel } from "@virga/conformance/onnx-model";
import { definePredictor } from "../../src/predictor/predictor.ts";
import type { Answer } from "../../src/request/answer.ts";
import { type App, type AppOptions, createApp } from "../../src/request/app.ts";
import type { Engine } from "../../src/session/engine.ts";
import { createOnnxEngine } from "../../src/session/onnx-engine.ts";
import type { Tensors } from "../../src/tensor/tensor.ts";

const WIDTH = 8192;
const bytes = encodeModel({
  inputs: [{ name: "X", tensor: "float32", shape: ["N", WIDTH] }],
  outputs: [{ name: "Y", tensor: "float32", shape: ["N", WIDTH] }],
  operations: [{ operator: "Add", inputs: ["X", "X"], outputs: ["Y"] }],
});
const models = { double: { source: { kind: "bytes", bytes } } } as const;
let app: App | undefined;

afterEach(() => app?.close());

/** A row that begins with a value, in a body of its own. */
function bodyWith(value: number, width = WIDTH): Uint8Array<ArrayBuffer> {
  const row = new Float32Array(width).fill(0.5);
  row[0] = value;
  const parameters = { binary_data_size: row.byteLength };
  const inputs = [{ name: "X", shape: [1, width], datatype: "FP32", parameters }];
  const json = JSON.stringify({ inputs, parameters: { binary_data_output: true } });
  const start = Math.ceil(json.length / 4) * 4;
  const body = new Uint8Array(start + row.byteLength);
  body.set(Buffer.from(json.padEnd(start)));
  body.set(new Uint8Array(row.buffer), start);
  return body;
}

async function ask(served: App, body: Uint8Array<ArrayBuffer>): Promise<Answer> {
  const jsonBytes = body.byteLength - 4 * WIDTH;
  const headers = new Headers({ "inference-header-content-length": String(jsonBytes) });
  const whole = async (): Promise<Uint8Array> => body;
  const sent = Object.assign(new Blob([body]).stream(), { whole });
  const url = "http://localhost/v2/models/double/infer";
  const answer = await served.answer?.({ method: "POST", url, headers, body: sent });
  if (answer?.status !== 200) throw new Error(Buffer.from(answer?.body ?? []).toString());
  return answer;
}

/** The number that an answer's row begins with. */
function firstOf({ headers, body }: Answer): number {
  const start = Number(headers["inference-header-content-length"]);
  expect(body.byteLength).toBe(start + 4 * WIDTH);
  return new DataView(body.buffer, body.byteOffset).getFloat32(start, true);
}

/** An app, and what its model's runs have given. */
function serve(options: Partial<AppOptions> = {}): { served: App; given: Tensors[] } {
  const given: Tensors[] = [];
  const inner = createOnnxEngine({ threads: 1 });
  const engine: Engine = {
    ...inner,
    async load(source) {
      const session = await inner.load(source);
      return {
        ...session,
        async run(inputs, asked) {
          const outputs = await session.run(inputs, asked);
          given.push(outputs);
          return outputs;
        },
      };
    },
  };
  app = createApp({ models, engine, ...options });
  return { served: app, given };
}

describe("memory of large answers", () => {
  it("is given back when the answer is made, and the answer's when it is written", async () => {
    const { served, given } = serve();
    const answer = await ask(served, bodyWith(3));
    expect(given.map(({ Y }) => Y?.data.length)).toEqual([0]);
    expect(firstOf(answer)).toBe(6);
    answer.freeBody?.();
    expect(answer.body.byteLength).toBe(0);
    expect(firstOf(await ask(served, bodyWith(4)))).toBe(8);
  });

  it("stays where an answer is small", async () => {
    const { served } = serve();
    const answer = await served.answer?.({
      method: "GET",
      url: "http://localhost/v2/models/double",
      headers: new Headers(),
      body: null,
    });
    expect(answer).toMatchObject({ status: 200 });
    expect(answer).not.toHaveProperty("freeBody");
  });

  it("stays where the user's code may keep what it gives", async () => {
    let kept: Tensors | undefined;
    const predictor = definePredictor({
      async predict(inputs, { model }) {
        kept ??= await model().run(inputs);
        return kept;
      },
    });
    const { served } = serve({ predictor });
    for (let request = 0; request < 3; request += 1) {
      const answer = await ask(served, bodyWith(5));
      expect(firstOf(answer)).toBe(10);
      answer.freeBody?.();
    }
    expect(kept?.["Y"]?.data.length).toBe(WIDTH);
  });

  it("leaves every answer right where requests are joined", async () => {
    const { served, given } = serve();
    const wrong: unknown[] = [];
    for (let wave = 0; wave < 12; wave += 1) {
      const values = Array.from({ length: 8 }, (_, index) => 8 * wave + index);
      const answers = await Promise.all(values.map((value) => ask(served, bodyWith(value))));
      for (const [index, answer] of answers.entries()) {
        if (firstOf(answer) !== 2 * (values[index] ?? 0)) wrong.push(values[index]);
        answer.freeBody?.();
      }
    }
    expect(wrong).toEqual([]);
    expect(given.some(({ Y }) => (Y?.shape[0] ?? 0) > 1)).toBe(true);
  });
});
