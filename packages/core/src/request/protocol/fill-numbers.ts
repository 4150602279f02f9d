import { FIXED_ELEMENTS, toDatatype } from "../../tensor/element-type.ts";
import { numberToFloat16 } from "../../tensor/float16.ts";
import type { NumberArray } from "../json/number-array.ts";
import { NON_FINITE } from "../json/number-text.ts";
import type { Filler, Refuse } from "./filler.ts";
import { beyond, isFloat, type NumberElementType, rangeOf, reasonAgainst } from "./number-elements.ts";

/** Fills an array of numbers: all fixed types but the 64-bit integers. */
export class NumberFiller implements Filler {
  readonly data: InstanceType<(typeof FIXED_ELEMENTS)[NumberElementType]["array"]>;
  readonly #type: NumberElementType;
  readonly #refuse: Refuse;

  constructor(type: NumberElementType, count: number, refuse: Refuse) {
    const { sizeBytes, array: ElementArray } = FIXED_ELEMENTS[type];
    this.data = new ElementArray(new ArrayBuffer(count * sizeBytes), 0, count);
    this.#type = type;
    this.#refuse = refuse;
  }

  put(index: number, value: number | bigint | boolean | string): void {
    if (typeof value === "number") this.#putNumber(index, value);
    else if (typeof value === "bigint") this.#putInteger(index, value);
    else if (typeof value === "boolean" && this.#type === "bool") this.data[index] = Number(value);
    else if (typeof value === "string" && isFloat(this.#type) && NON_FINITE.includes(value)) {
      this.#putNumber(index, Number(value));
    } else this.#refuse(index, `${JSON.stringify(value).slice(0, 50)} is not a number`);
  }

  putNumbers(first: number, numbers: NumberArray): void {
    if (numbers.hasLarge) this.#refuseLarge(first, numbers);
    if (this.#type === "float32") this.data.set(numbers.toFloat32(), first);
    else if (this.#type === "float64") this.data.set(numbers.toFloat64(), first);
    else if (this.#type === "float16") this.#putEach(first, numbers.toFloat64());
    else this.#putIntegers(first, numbers.toFloat64(), rangeOf(this.#type));
  }

  #putEach(first: number, values: Float64Array): void {
    for (const [offset, value] of values.entries()) this.#putNumber(first + offset, value);
  }

  #putIntegers(first: number, values: Float64Array, [least, most]: readonly [number, number]): void {
    const { data } = this;
    for (let offset = 0; offset < values.length; offset += 1) {
      const value = values[offset] ?? 0;
      if (value >= least && value <= most && Math.trunc(value) === value) data[first + offset] = value;
      else this.#putNumber(first + offset, value);
    }
  }

  #putNumber(index: number, value: number): void {
    const reason = reasonAgainst(this.#type, value);
    if (reason !== undefined) this.#refuse(index, reason);
    this.data[index] = this.#type === "float16" ? numberToFloat16(value) : value;
  }

  #putInteger(index: number, value: bigint): void {
    const number = Number(value);
    if (Number.isFinite(number)) this.#putNumber(index, number);
    else this.#refuse(index, beyond("the number", toDatatype(this.#type)));
  }

  /** Infinity may be written by its name, but no number may become it. */
  #refuseLarge(first: number, numbers: NumberArray): void {
    let index = first;
    for (const text of numbers.texts()) {
      const value = Number(text);
      const overflows = !(Number.isFinite(value) || NON_FINITE.includes(text));
      const reason = overflows ? beyond(text, toDatatype(this.#type)) : reasonAgainst(this.#type, value);
      if (reason !== undefined) this.#refuse(index, reason);
      index += 1;
    }
  }
}
