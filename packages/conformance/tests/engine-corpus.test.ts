import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "@jest/globals";
import { createOnnxEngine, type FailureCode, InferenceError, type Tensors } from "@virga/core";
import type { CorpusCase } from "../src/corpus/corpus-case.ts";
import { readModelFolder } from "../src/corpus/model-folder.ts";
import { readNodeTests } from "../src/corpus/node-tests.ts";
import type { Answer } from "../src/corpus/open-inference-client.ts";

const SHARED = fileURLToPath(new URL("../../../../shared", import.meta.url));
const NODE_TESTS = join(SHARED, "onnx-node-tests-quick.ndjson.gz");
const MODELS = join(SHARED, "models");
const FOLDERS = ["dtypes-and-names", "external-data", "iris-randomforest-zipmap"];

const REFUSALS: readonly (readonly [string, FailureCode, RegExp])[] = [
  ["bfloat16-input.onnx", "MODEL_UNSUPPORTED", /bfloat16/],
  ["invalid-type.onnx", "WEIGHTS_CORRUPT", /tensor\(float\).*Gather/],
  ["opset-too-old.onnx", "MODEL_UNSUPPORTED", /operator Add in version 1/],
  ["custom-op-domain.onnx", "MODEL_UNSUPPORTED", /ai\.onnx\.contrib:StringUpper/],
  ["missing-opset-import.onnx", "WEIGHTS_CORRUPT", /opset import.*test\.customop/],
  ["git-lfs-pointer.onnx", "WEIGHTS_CORRUPT", /Git LFS/],
  ["truncated.onnx", "WEIGHTS_CORRUPT", /cut short/],
  ["empty.onnx", "WEIGHTS_CORRUPT", /is empty/],
];

const engine = createOnnxEngine();
const scratch = mkdtempSync(join(tmpdir(), "virga-engine-corpus-"));
afterAll(() => rmSync(scratch, { recursive: true }));

/** Loads the case's model, asks it and closes it again. */
async function playOnEngine({ model, play }: CorpusCase): Promise<void> {
  const session = await engine.load({ kind: "file", path: model.path });
  try {
    await play(async (_name, inputs, outputs) => {
      try {
        const results = await session.run(inputs, outputs === undefined ? {} : { outputs });
        return { kind: "outputs", outputs: ownArrays(results) };
      } catch (error) {
        return toRefusal(error);
      }
    });
  } finally {
    await session.close();
  }
}

/** Arrays of the runtime come from outside of Jest's realm, which makes them unequal to any other. */
function ownArrays(outputs: Tensors): Tensors {
  return Object.fromEntries(Object.entries(outputs).map(([name, each]) => [name, { ...each, shape: [...each.shape] }]));
}

function toRefusal(error: unknown): Answer {
  if (!InferenceError.is(error)) throw error;
  return { kind: "refusal", status: error.status, error: error.message, code: error.code };
}

function playAll(title: string, source: string, read: () => readonly CorpusCase[]): void {
  if (!existsSync(source)) {
    it.skip(`${title}: skipped, because ../shared is absent`, () => undefined);
    return;
  }
  describe(title, () => {
    for (const each of read().filter(({ needsLocale }) => !needsLocale)) it(each.name, () => playOnEngine(each));
  });
}

playAll("real models on the engine", MODELS, () =>
  FOLDERS.flatMap((folder) => readModelFolder(join(MODELS, folder), scratch, "")),
);
playAll("ONNX backend tests on the engine", NODE_TESTS, () => readNodeTests(NODE_TESTS, scratch));

(existsSync(MODELS) ? describe : describe.skip)("refused models (skipped where ../shared is absent)", () => {
  it.each(REFUSALS)("%s", async (file, code, says) => {
    const load = engine.load({ kind: "file", path: join(MODELS, "refused-models", file) });
    await expect(load).rejects.toMatchObject({ code, message: expect.stringMatching(says) });
  });
});
