import { Buffer } from "node:buffer";
import { type InferenceError, inputInvalid } from "../../errors.ts";
import { quoted } from "../../tensor/check-tensors.ts";
import type { FixedElementType, TensorData } from "../../tensor/element-type.ts";
import { FIXED_ELEMENTS } from "../../tensor/element-type.ts";
import type { TensorSpec } from "../../tensor/tensor.ts";
import { isJsonObject, type JsonObject, type JsonValue } from "../json/json-value.ts";
import { NumberArray } from "../json/number-array.ts";
import { textFromBytes } from "./tensor-bytes.ts";
import { shapeText } from "./tensor-shape.ts";

const MOST_LEVELS = 64;
const NO_NESTING: readonly number[] = [];

export type TypedArray = TensorData[FixedElementType];

/** What is not a plain list. */
type Single = Exclude<TensorInput, readonly TensorInput[]>;

/** Values in the place of a tensor: of a JSON document, or plain values and typed arrays of a program. */
export type TensorInput = JsonValue | TypedArray | readonly TensorInput[];

/** One value, or a list of them that is kept whole. */
export type Leaf = number | bigint | boolean | string | ListLeaf;

export type ListLeaf =
  | { readonly kind: "numbers"; readonly numbers: NumberArray }
  | { readonly kind: "array"; readonly array: TypedArray }
  | { readonly kind: "bytes"; readonly bytes: Uint8Array; readonly count: number };

/** Values in the order of a tensor, and how they were nested. */
export interface Values {
  readonly nesting: readonly number[];
  readonly leaves: readonly Leaf[];
}

/**
 * Lists the values that stand in the place of a tensor.
 *
 * @throws InferenceError `INPUT_INVALID` when lists beside each other differ in length or depth, or something is no value.
 */
export function collectValues(input: TensorInput, spec: TensorSpec): Values {
  const collector = new Collector(spec);
  collector.collect(input, 0);
  return { nesting: collector.nesting, leaves: collector.leaves };
}

class Collector {
  readonly nesting: number[] = [];
  readonly leaves: Leaf[] = [];
  readonly #spec: TensorSpec;
  /** Index of the value that is looked at, in each list around it. */
  readonly #path: number[] = [];
  /** Lists around every value; known from the first one on. */
  #depth = -1;

  constructor(spec: TensorSpec) {
    this.#spec = spec;
  }

  collect(input: TensorInput, level: number): void {
    if (!isList(input)) {
      this.#add(input, level);
      return;
    }
    if (level === MOST_LEVELS) throw this.#wrong(level, `is nested more than ${MOST_LEVELS} levels deep`);
    this.#expectSize(level, input.length, level);
    if (input.length === 0) this.#expectDepth(level + 1, level);
    for (let index = 0; index < input.length; index += 1) {
      this.#path[level] = index;
      this.collect(input[index] ?? null, level + 1);
    }
  }

  #add(input: Single, level: number): void {
    const leaf = isValue(input) ? input : toLeaf(input, this.#spec, placeOf(this.#spec, this.#path.slice(0, level)));
    const inner = nestingOf(leaf);
    for (const [axis, size] of inner.entries()) this.#expectSize(level + axis, size, level);
    this.#expectDepth(level + inner.length, level);
    this.leaves.push(leaf);
  }

  #expectSize(axis: number, size: number, level: number): void {
    if (this.#depth >= 0 && axis >= this.#depth) throw this.#ragged(level);
    this.nesting[axis] ??= size;
    if (this.nesting[axis] !== size) throw this.#ragged(level);
  }

  #expectDepth(depth: number, level: number): void {
    if (this.#depth < 0) this.#depth = depth;
    if (this.#depth !== depth) throw this.#ragged(level);
  }

  #ragged(level: number): InferenceError {
    return this.#wrong(
      level,
      `differs in length or depth from what is before it, of the shape ${shapeText(this.nesting)}`,
    );
  }

  #wrong(level: number, problem: string): InferenceError {
    return inputInvalid(`${placeOf(this.#spec, this.#path.slice(0, level))} ${problem}.`);
  }
}

/** A place in an input as messages show it. */
export function placeOf(spec: TensorSpec, index: readonly number[]): string {
  return index.length === 0 ? `Input ${quoted(spec.name)}` : `Input ${quoted(spec.name)} at ${shapeText(index)}`;
}

function nestingOf(leaf: Leaf): readonly number[] {
  if (typeof leaf !== "object") return NO_NESTING;
  if (leaf.kind === "numbers") return leaf.numbers.shape;
  return [leaf.kind === "array" ? leaf.array.length : leaf.count];
}

function isList(input: TensorInput): input is readonly TensorInput[] {
  return Array.isArray(input);
}

function isValue(input: Single): input is number | bigint | boolean | string {
  return typeof input !== "object" && input !== undefined;
}

function toLeaf(input: Exclude<Single, number | bigint | boolean | string>, spec: TensorSpec, where: string): Leaf {
  if (input instanceof NumberArray) return { kind: "numbers", numbers: input };
  if (isTypedArray(input)) return { kind: "array", array: input };
  return toBytesLeaf(input, spec, where);
}

/** Not `instanceof`: the array may come from another realm. */
function isTypedArray(input: unknown): input is TypedArray {
  return ArrayBuffer.isView(input) && !(input instanceof DataView);
}

function toBytesLeaf(input: JsonObject | null, spec: TensorSpec, where: string): Leaf {
  const encoded = base64Of(input);
  if (encoded === undefined) {
    throw inputInvalid(`${where} is ${describe(input)}; expected values, lists of them, or {"b64": "…"}.`);
  }
  const bytes = decodeBase64(encoded);
  if (bytes === undefined) throw inputInvalid(`${where} is not valid base64.`);
  if (spec.type === "string") return textFromBytes(bytes, where);
  const { sizeBytes, datatype } = FIXED_ELEMENTS[spec.type];
  if (bytes.byteLength % sizeBytes !== 0) {
    throw inputInvalid(`${where} has ${bytes.byteLength} bytes, but each ${datatype} takes ${sizeBytes}.`);
  }
  return { kind: "bytes", bytes, count: bytes.byteLength / sizeBytes };
}

/** Bytes of base64 in either alphabet, padded or not. The platform's decoder leaves out what it does not know. */
function decodeBase64(text: string): Uint8Array | undefined {
  const bytes = Buffer.from(text, "base64");
  const digits = text.endsWith("==") ? text.length - 2 : text.length - (text.endsWith("=") ? 1 : 0);
  return digits % 4 !== 1 && bytes.byteLength === Math.floor((digits * 3) / 4) ? bytes : undefined;
}

/** The text of `{"b64": "…"}`. */
export function base64Of(input: JsonValue | undefined): string | undefined {
  if (!isJsonObject(input) || !("b64" in input)) return undefined;
  const names = Object.keys(input);
  return names.length === 1 && typeof input["b64"] === "string" ? input["b64"] : undefined;
}

function describe(input: JsonObject | null): string {
  if (input === null) return "null";
  return `an object with ${Object.keys(input).slice(0, 5).map(quoted).join(", ") || "no names"}`;
}
