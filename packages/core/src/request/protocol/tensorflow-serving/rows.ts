import { inputInvalid } from "../../../errors.ts";
import { quoted } from "../../../tensor/check-tensors.ts";
import type { Signature, Tensor, TensorSpec, Tensors } from "../../../tensor/tensor.ts";
import { bareRecord } from "../../json/bare-record.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../../json/json-value.ts";
import { NumberArray } from "../../json/number-array.ts";
import { expectObject, listNames } from "../json-body.ts";
import { namedTensors } from "../named-inputs.ts";
import { findOnlyInput } from "../only-input.ts";
import { base64Of, collectValues, type Values } from "../plain-values.ts";
import { toTensorOfShape } from "../tensor-json.ts";
import { fitShape, isFree, shapeText, wantedShape } from "../tensor-shape.ts";

/** Tensors that were written row by row. */
export interface Rows {
  readonly inputs: Tensors;
  readonly count: number;
  /** Whether rows are what the first dimension counts; otherwise the only row is all of every input. */
  readonly stacked: boolean;
}

/**
 * Stacks the rows of a request on the first dimension of every input. Where a model has no dimension for rows, a single
 * row can be the whole input.
 *
 * @throws InferenceError `INPUT_INVALID`, naming the input or the row.
 */
export function readRows(instances: JsonValue | undefined, signature: Signature): Rows {
  const count = countRows(instances);
  if (count === undefined) throw inputInvalid('"instances" must be a list of at least one row.');
  const stacker = new Stacker(count);
  const columns = toColumns(instances ?? null, signature);
  const inputs = namedTensors(columns, signature, (value, spec) => stacker.stack(value, spec));
  return { inputs, count, stacked: stacker.stacked };
}

function countRows(instances: JsonValue | undefined): number | undefined {
  const count = instances instanceof NumberArray ? instances.shape[0] : Array.isArray(instances) ? instances.length : 0;
  return count === 0 ? undefined : count;
}

/** Each input's values, row after row. */
function toColumns(instances: JsonValue, signature: Signature): JsonObject {
  const columns = bareRecord<JsonValue>();
  if (Array.isArray(instances) && isNamedRow(instances[0], signature)) {
    const [first] = instances;
    const names = Object.keys(expectObject(first, '"instances", row 0,'));
    const rows = instances.map((row, index) => checkRow(row, index, names));
    for (const name of names) columns[name] = rows.map((row) => row[name] ?? null);
    return columns;
  }
  const only = findOnlyInput(signature);
  if (only === undefined) {
    throw inputInvalid(`Rows must be objects with the names of the inputs: ${listNames(signature.inputs)}.`);
  }
  columns[only.name] = instances;
  return columns;
}

/** An object with names of inputs; `{"b64": …}` is a value, unless that is an input's name. */
function isNamedRow(row: JsonValue | undefined, { inputs }: Signature): boolean {
  return isJsonObject(row) && (base64Of(row) === undefined || inputs.some(({ name }) => name === "b64"));
}

function checkRow(row: JsonValue, index: number, names: readonly string[]): JsonObject {
  const values = expectObject(row, `"instances", row ${index},`);
  const missing = names.find((name) => !(name in values));
  if (missing !== undefined) throw inputInvalid(`Row ${index} has no ${quoted(missing)}, which row 0 has.`);
  if (Object.keys(values).length === names.length) return values;
  const added = Object.keys(values).find((name) => !names.includes(name)) ?? "";
  throw inputInvalid(`Row ${index} has ${quoted(added)}, which row 0 has not.`);
}

class Stacker {
  stacked = false;
  readonly #count: number;

  constructor(count: number) {
    this.#count = count;
  }

  stack(column: JsonValue, spec: TensorSpec): Tensor {
    const values = collectValues(column, spec);
    const stacked = this.#stackedShape(values, spec);
    if (stacked !== undefined) {
      this.stacked = true;
      return toTensorOfShape(values, spec, stacked);
    }
    const whole = this.#count === 1 ? fitShape(values.nesting.slice(1), spec.shape) : undefined;
    if (whole !== undefined) return toTensorOfShape(values, spec, whole);
    const rows = this.#count === 1 ? "a row" : `${this.#count} rows`;
    throw inputInvalid(
      `Input ${quoted(spec.name)} has ${rows} of the shape ${shapeText(values.nesting.slice(1))}, ` +
        `but must have ${wantedShape(spec)}, rows included.`,
    );
  }

  #stackedShape({ nesting }: Values, { shape }: TensorSpec): readonly number[] | undefined {
    const row = nesting.slice(1);
    // Either a scalar or a tensor of unknown rank: a single value in the only row is the former.
    if (shape.length === 0) return this.#count === 1 && row.length === 0 ? undefined : nesting;
    const [rows] = shape;
    if (!isFree(rows) && rows !== this.#count) return undefined;
    const fitted = fitShape(row, shape.slice(1));
    return fitted && [this.#count, ...fitted];
  }
}
