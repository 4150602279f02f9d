import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { expectTensor, tensor } from "@virga/core";
import { createInfer } from "../src/corpus/open-inference-client.ts";
import { outputsOf } from "../src/corpus/outcome.ts";
import { type ServerProcess, startServerProcess } from "./support/server-process.ts";

const MODEL = fileURLToPath(new URL("../../../../shared/models/huge-payload/model.onnx", import.meta.url));
const ELEMENTS = 52_428_800;
const SIZE_BYTES = ELEMENTS * 4;

const RAMP = 1_024;

/** 0 to 1,023 over and over. */
function ramps(): Float32Array {
  const data = new Float32Array(ELEMENTS);
  const ramp = Float32Array.from({ length: RAMP }, (_, index) => index);
  for (let start = 0; start < ELEMENTS; start += RAMP) data.set(ramp, start);
  return data;
}

const describeWithModel = existsSync(MODEL) ? describe : describe.skip;

describeWithModel("a model with 200 MB in and 200 MB out (skipped where ../shared is absent)", () => {
  let wide: ServerProcess;
  let narrow: ServerProcess;
  beforeAll(async () => {
    const models = { huge: { source: MODEL } };
    wide = await startServerProcess({
      models,
      limits: { maxRequestBytes: SIZE_BYTES + 1_000_000, timeoutMs: 300_000 },
    });
    narrow = await startServerProcess({ models });
  });
  afterAll(() => Promise.all([wide.stop(), narrow.stop()]));

  it("answers as binary what it was given", async () => {
    const data = ramps();
    const answer = await createInfer(wide.url, "binary")("huge", { Input: tensor("float32", [1, ELEMENTS], data) });
    const output = expectTensor(outputsOf(answer), "Output", "float32");
    expect(output.shape).toEqual([1, ELEMENTS]);
    const wrong = output.data.findIndex(
      (value, index) => value - (index % RAMP) > 1e-3 || value - (index % RAMP) < -1e-3,
    );
    expect(wrong).toBe(-1);
    await wide.assertAlive();
  });

  it("answers as JSON what it was given", async () => {
    const head = `{"inputs":[{"name":"Input","datatype":"FP32","shape":[1,${ELEMENTS}],"data":[1`;
    const body = Buffer.concat([Buffer.from(head), Buffer.alloc((ELEMENTS - 1) * 2, ",1"), Buffer.from("]}]}")]);
    const headers = { "content-type": "application/json" };
    const response = await fetch(`${wide.url}/v2/models/huge/infer`, { method: "POST", body, headers });
    expect(response.status).toBe(200);
    const answer = Buffer.from(await response.arrayBuffer());
    const start = answer.indexOf('"data":[') + '"data":['.length;
    const numbers = answer.subarray(start, answer.indexOf("]", start));
    expect(numbers.equals(Buffer.concat([Buffer.from("1"), Buffer.alloc((ELEMENTS - 1) * 2, ",1")]))).toBe(true);
    await wide.assertAlive();
  });

  it.each(["json", "binary"] as const)(
    "is refused as %s beyond the limit, by a server that lives on",
    async (encoding) => {
      // Half of the elements, which is beyond the 64 MiB of the default limit too.
      const data = new Float32Array(ELEMENTS / 2).fill(0.5);
      const answer = await createInfer(narrow.url, encoding)("huge", {
        Input: tensor("float32", [1, data.length], data),
      });
      expect(answer).toMatchObject({ kind: "refusal", status: 413, code: "INPUT_TOO_LARGE" });
      await narrow.assertAlive();
    },
  );
});
