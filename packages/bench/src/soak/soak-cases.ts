import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createOnnxEngine, type Tensor, type Tensors, toDatatype } from "@virga/core";
import { RandomNumbers } from "../models/random-numbers.ts";
import { type Body, toBinaryBody, toJsonBody } from "../warm/bodies.ts";
import { SOAK_MODELS, type SoakModel } from "./soak-models.ts";

/** What one output has to be. */
export type Expected = readonly number[] | readonly string[];

/** One request that is asked again and again, and what each version has to answer. */
export interface SoakCase {
  readonly model: string;
  readonly rows: number;
  /** Tells it from the others of its model. */
  readonly number: number;
  readonly json: Body;
  /** Absent for text. */
  readonly binary?: Body;
  /** By version, from 1; position 0 stays empty. */
  readonly expected: readonly Expected[];
}

const MOST_ROWS = 8;
const CASES_PER_SIZE = 2;
const SEED = 11;

/** Writes each model's versions into the folder and asks a session of each, in this process, for what is right. */
export async function writeSoakModels(folder: string): Promise<readonly SoakCase[]> {
  const cases: SoakCase[] = [];
  for (const model of SOAK_MODELS) {
    for (const [index, generate] of model.versions.entries()) {
      await writeFile(modelPath(folder, model.name, index + 1), generate());
    }
    cases.push(...(await makeCases(model, folder)));
  }
  return cases;
}

export function modelPath(folder: string, name: string, version: number): string {
  return join(folder, `${name}-${version}.onnx`);
}

async function makeCases(model: SoakModel, folder: string): Promise<SoakCase[]> {
  const engine = createOnnxEngine({ threads: 1 });
  const sessions = await Promise.all(
    model.versions.map((_, index) => engine.load({ kind: "file", path: modelPath(folder, model.name, index + 1) })),
  );
  const random = new RandomNumbers(SEED);
  const cases: SoakCase[] = [];
  for (let number = 0; number < MOST_ROWS * CASES_PER_SIZE; number++) {
    const rows = 1 + (number % MOST_ROWS);
    const inputs = model.inputs(rows, random);
    const expected: Expected[] = [[]];
    for (const session of sessions) expected.push(onlyOutput(await session.run(inputs)));
    cases.push({ model: model.name, rows, number, ...toBodies(inputs), expected });
  }
  await Promise.all(sessions.map((session) => session.close()));
  return cases;
}

function onlyOutput(outputs: Tensors): Expected {
  const [output] = Object.values(outputs);
  if (output === undefined) throw new TypeError("a model without outputs");
  return output.type === "string" ? output.data : Array.from(output.data, Number);
}

function toBodies(inputs: Tensors): { readonly json: Body; readonly binary?: Body } {
  const [entry] = Object.entries(inputs);
  if (entry?.[1].type === "string") return { json: textBody(entry[0], entry[1]) };
  return { json: toJsonBody(inputs), binary: toBinaryBody(inputs) };
}

function textBody(name: string, { type, shape, data }: Tensor): Body {
  const bytes = Buffer.from(JSON.stringify({ inputs: [{ name, datatype: toDatatype(type), shape, data }] }));
  return { bytes, headers: { "content-type": "application/json" } };
}
