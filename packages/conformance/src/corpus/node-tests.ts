import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import type { Tensors } from "@virga/core";
import { type CorpusCase, toModelName } from "./corpus-case.ts";
import { assertOutputs } from "./outcome.ts";
import { type RecordedTensor, readTensor } from "./recorded-tensor.ts";

type NamedTensor = RecordedTensor & { readonly name: string };

interface NodeTest {
  readonly header?: boolean;
  readonly case: string;
  readonly outcome: string;
  readonly model: string;
  readonly inputs: readonly NamedTensor[];
  readonly outputs: readonly NamedTensor[];
}

/** As the header of the corpus states it. */
const TOLERANCE = { rtol: 1e-3, atol: 1e-7 };

/** Cases of the ONNX backend suite, one a line; their models are written to `scratch`. */
export function readNodeTests(file: string, scratch: string): CorpusCase[] {
  const lines = gunzipSync(readFileSync(file)).toString().trimEnd().split("\n");
  const tests = lines.map((line): NodeTest => JSON.parse(line)).filter((test) => test.header !== true);
  return tests.map((test) => toCase(test, scratch));
}

function toCase(test: NodeTest, scratch: string): CorpusCase {
  const model = { name: toModelName(test.case), path: join(scratch, `${toModelName(test.case)}.onnx`) };
  writeFileSync(model.path, Buffer.from(test.model, "base64"));
  return {
    name: test.case,
    model,
    needsLocale: test.outcome === "pass-needs-locale-en_US",
    play: async (infer) => {
      const inputs: Tensors = Object.fromEntries(test.inputs.map((each) => [each.name, readTensor(each, "")]));
      const expected = test.outputs.map((each) => ({
        name: each.name,
        tensor: readTensor(each, ""),
        tolerance: TOLERANCE,
      }));
      assertOutputs(await infer(model.name, inputs), expected);
    },
  };
}
