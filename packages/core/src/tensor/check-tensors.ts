import { type InferenceError, inputInvalid } from "../errors.ts";
import { FIXED_ELEMENTS } from "./element-type.ts";
import type { Tensor, TensorSpec, Tensors } from "./tensor.ts";

const MOST_NAMES_LISTED = 20;
/**
 * An empty tensor's other sizes cost the caller nothing, yet a model may fill a result of that extent: `[0, 10^9]`
 * summed over its first axis is a tensor of 10^9 zeros.
 */
const MOST_ELEMENTS_BESIDE_ZERO = 2 ** 26;

/**
 * Checks that tensors have the names, types and shapes that are asked for, and data that fit their shapes.
 *
 * A size of -1 takes any size. A declared shape of `[]` takes any shape, because a model's signature does not tell a
 * scalar from a tensor of unknown rank.
 *
 * @throws InferenceError `INPUT_INVALID`, naming the input.
 */
export function checkInputs(inputs: Tensors, specs: readonly TensorSpec[]): void {
  let known = 0;
  for (const spec of specs) {
    const input = Object.hasOwn(inputs, spec.name) ? inputs[spec.name] : undefined;
    if (input !== undefined) {
      checkTensor(input, spec);
      known += 1;
    } else if (!spec.optional) {
      throw inputInvalid(`Input ${quoted(spec.name)} is missing; ${listNames("input", specs)}.`);
    }
  }
  if (known !== Object.keys(inputs).length) refuseUnknown(inputs, specs);
}

function refuseUnknown(inputs: Tensors, specs: readonly TensorSpec[]): void {
  const names = new Set(specs.map((spec) => spec.name));
  const unknown = Object.keys(inputs).find((name) => !names.has(name));
  if (unknown !== undefined) throw inputInvalid(`Input ${quoted(unknown)} is unknown; ${listNames("input", specs)}.`);
}

/** The names that there are, for a message about one that is not among them. */
export function listNames(kind: "input" | "output", specs: readonly TensorSpec[]): string {
  if (specs.length === 0) return `there are no ${kind}s`;
  const listed = specs.slice(0, MOST_NAMES_LISTED).map((spec) => quoted(spec.name));
  const rest = specs.length - listed.length;
  return `the ${kind}s are ${listed.join(", ")}${rest > 0 ? ` and ${rest} more` : ""}`;
}

function checkTensor(input: Tensor, spec: TensorSpec): void {
  const { type, shape } = input;
  if (type !== spec.type) throw wrong(spec, `has the type ${String(type)}, but must be ${spec.type}`);
  const length = checkShape(shape, spec);
  checkData(input, spec);
  if (input.data.length !== length) {
    throw wrong(spec, `has ${input.data.length} elements, but its shape ${listed(shape)} needs ${length}`);
  }
}

/** Gives the number of elements. */
function checkShape(shape: readonly number[], spec: TensorSpec): number {
  const declared = spec.shape;
  if (!Array.isArray(shape)) throw wrong(spec, "has no shape");
  if (declared.length > 0 && declared.length !== shape.length) throw wrongShape(shape, spec);
  let length = 1;
  let extent = 1;
  for (const [axis, size] of shape.entries()) {
    if (!Number.isSafeInteger(size) || size < 0) throw wrong(spec, `has the size ${String(size)} in its shape`);
    const wanted = declared[axis] ?? -1;
    if (wanted >= 0 && wanted !== size) throw wrongShape(shape, spec);
    length *= size;
    extent *= Math.max(size, 1);
  }
  if (length === 0 && extent > MOST_ELEMENTS_BESIDE_ZERO) {
    throw wrong(spec, `is empty, but its other sizes are too large: ${listed(shape)}`);
  }
  return length;
}

function checkData(input: Tensor, spec: TensorSpec): void {
  if (input.type === "string") {
    checkStrings(input.data, spec);
    return;
  }
  const array = FIXED_ELEMENTS[input.type].array.name;
  // Not `instanceof`: the data may come from another realm.
  const given = Object.prototype.toString.call(input.data).slice("[object ".length, -1);
  if (given !== array) throw wrong(spec, `has its data in a value of type ${given}, but must have it in a ${array}`);
  if (input.type === "bool" && input.data.some((element) => element > 1)) {
    throw wrong(spec, "has a boolean that is neither 0 nor 1");
  }
}

function checkStrings(strings: readonly unknown[], spec: TensorSpec): void {
  if (!Array.isArray(strings)) throw wrong(spec, "has no array of strings");
  for (const [index, text] of strings.entries()) {
    if (typeof text !== "string") throw wrong(spec, `has an element ${index} that is no string`);
    if (text.includes("\0")) throw wrong(spec, `has a NUL character in string ${index}, which a model cannot take`);
    if (!text.isWellFormed()) throw wrong(spec, `has half a surrogate pair in string ${index}, which is no text`);
  }
}

function wrongShape(shape: readonly number[], spec: TensorSpec): InferenceError {
  const free = spec.shape.includes(-1) ? " (-1 takes any size)" : "";
  return wrong(spec, `has the shape ${listed(shape)}, but must have ${listed(spec.shape)}${free}`);
}

function wrong(spec: TensorSpec, problem: string): InferenceError {
  return inputInvalid(`Input ${quoted(spec.name)} ${problem}.`);
}

function listed(shape: readonly number[]): string {
  return `[${shortened(shape.join(","))}]`;
}

/** A name as messages show it: bounded, control characters escaped. */
export function quoted(name: string): string {
  return JSON.stringify(shortened(name));
}

function shortened(text: string): string {
  return text.length > 100 ? `${text.slice(0, 100)}…` : text;
}
