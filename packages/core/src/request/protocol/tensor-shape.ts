import type { TensorSpec } from "../../tensor/tensor.ts";

/** How many elements a shape has. */
export function countElements(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** Whether any size fits there. */
export function isFree(size: number | undefined): boolean {
  return size === undefined || size < 0;
}

/**
 * The shape of a tensor whose values are nested as `nesting` says: as declared, or with the innermost lists holding
 * several of the last dimensions in a row (all of them, when the values are one flat list). One free dimension follows
 * from the number of values. A single value fits wherever one element is wanted.
 *
 * @returns `undefined` where the values do not fit.
 */
export function fitShape(nesting: readonly number[], declared: readonly number[]): readonly number[] | undefined {
  if (nesting.length === 0)
    return declared.every((size) => size === 1 || isFree(size)) ? declared.map(() => 1) : undefined;
  if (declared.length === 0) return nesting.length === 1 && nesting[0] === 1 ? [] : undefined;
  if (nesting.length > declared.length) return undefined;
  const outer = nesting.slice(0, -1);
  if (!outer.every((size, axis) => isFree(declared[axis]) || declared[axis] === size)) return undefined;
  const inner = unfold(nesting.at(-1) ?? 0, declared.slice(outer.length));
  return inner && [...outer, ...inner];
}

/** Spreads the elements of one list over dimensions of which at most one is free. */
function unfold(count: number, declared: readonly number[]): readonly number[] | undefined {
  const free = declared.filter(isFree).length;
  const known = countElements(declared.filter((size) => !isFree(size)));
  if (free === 0) return known === count ? declared : undefined;
  if (free > 1) return undefined;
  const size = known === 0 ? 0 : count / known;
  if (!Number.isInteger(size) || size * known !== count) return undefined;
  return declared.map((each) => (isFree(each) ? size : each));
}

/** A shape as messages show it. */
export function shapeText(shape: readonly number[]): string {
  const shown = shape.length > 16 ? [...shape.slice(0, 16), "…"] : shape;
  return `[${shown.join(", ")}]`;
}

/** What a tensor must be, as messages show it. */
export function wantedShape(spec: TensorSpec): string {
  return `${shapeText(spec.shape)}${spec.shape.some(isFree) ? " (-1 takes any size)" : ""}`;
}
