import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "@jest/globals";
import { createOnnxEngine, InferenceError, type LoadMode, type Tensors } from "@virga/core";
import { chooseLoad, type Manifest, prepareModel } from "@virga/core/weights";
import type { CorpusCase } from "../src/corpus/corpus-case.ts";
import { readModelFolder } from "../src/corpus/model-folder.ts";
import { readNodeTests } from "../src/corpus/node-tests.ts";
import type { Answer } from "../src/corpus/open-inference-client.ts";

const SHARED = fileURLToPath(new URL("../../../../shared", import.meta.url));
const NODE_TESTS = join(SHARED, "onnx-node-tests-quick.ndjson.gz");
const MODELS = join(SHARED, "models");
/** Half a minute each: 200 MB in and out, graphs that compute up to 575 MB of weights, 333 runs of every form. */
const SLOW = /huge-payload|alexnet|vgg19|zfnet512|one-by-one/;
/** 333 images at once: only the form for this machine is asked. */
const HEAVY = /magika/;
/** No recorded answer would notice a model that is published as it is. */
const LEAST_PREPARED = { nodeTests: 290, realModels: 29 };

interface Form {
  readonly graph: string;
  readonly mode?: LoadMode;
}

const engine = createOnnxEngine();
const scratch = mkdtempSync(join(tmpdir(), "virga-prepare-corpus-"));
afterAll(() => rmSync(scratch, { recursive: true }));

/** Every way to load a version that there is a reason for, the one for this machine first. */
async function formsOf(manifest: Manifest): Promise<Form[]> {
  const { load } = manifest;
  const forms: Form[] = [await chooseLoad(engine, manifest)];
  if (load.kind === "original") return forms;
  const optimize = load.kind === "mappedWhenComplete";
  if (load.packedBytes > 0) forms.push({ graph: load.graph, mode: { optimize, prepack: true } });
  if (optimize) forms.push({ graph: load.graph, mode: { optimize, prepack: load.prepack } });
  return forms;
}

async function playOn(path: string, mode: LoadMode | undefined, cases: readonly CorpusCase[]): Promise<void> {
  const session = await engine.load({ kind: "file", path, ...(mode && { mode }) });
  try {
    for (const { play } of cases) {
      await play(async (_name, inputs, outputs) => {
        const run = session.run(inputs, outputs === undefined ? {} : { outputs });
        return run.then((results): Answer => ({ kind: "outputs", outputs: ownArrays(results) }), toRefusal);
      });
    }
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

function describeCorpus(title: string, source: string, least: number, read: () => readonly CorpusCase[]): void {
  if (!existsSync(source)) {
    it.skip(`${title}: skipped, because ../shared is absent`, () => undefined);
    return;
  }
  describe(title, () => {
    const models = new Map<string, CorpusCase[]>();
    for (const each of read()) {
      if (SLOW.test(`${each.name} ${each.model.path}`)) continue;
      models.set(each.model.path, [...(models.get(each.model.path) ?? []), each]);
    }
    let prepared = 0;
    for (const [path, cases] of models) {
      const [{ model, needsLocale }] = cases as [CorpusCase];
      const test = needsLocale ? it.skip : it;
      test(`${model.name}${needsLocale ? ": skipped, because it needs the locale en_US.UTF-8" : ""}`, async () => {
        const folder = join(scratch, "prepared", model.name);
        const manifest = await prepareModel(path, folder);
        if (manifest.load.kind === "original") expect(manifest.load.reason).toMatch(/^no random input was found/);
        else prepared += 1;
        const forms = await formsOf(manifest);
        for (const { graph, mode } of HEAVY.test(path) ? forms.slice(0, 1) : forms)
          await playOn(join(folder, graph), mode, cases);
        rmSync(folder, { recursive: true });
      });
    }
    it("are nearly all prepared", () => expect(prepared).toBeGreaterThanOrEqual(least));
  });
}

describeCorpus("ONNX backend tests, prepared", NODE_TESTS, LEAST_PREPARED.nodeTests, () =>
  readNodeTests(NODE_TESTS, scratch),
);
describeCorpus("real models, prepared", MODELS, LEAST_PREPARED.realModels, () =>
  readdirSync(MODELS)
    .filter((folder) => existsSync(join(MODELS, folder, "cases.json")))
    .filter((folder) => !["refused-models", "ocr-ppocrv4"].includes(folder))
    .flatMap((folder) => readModelFolder(join(MODELS, folder), scratch, "")),
);
