import { FIXED_ELEMENTS } from "../../tensor/element-type.ts";
import type { NumberArray } from "../json/number-array.ts";
import { toExactInteger } from "../json/number-text.ts";
import type { Filler, Refuse } from "./filler.ts";
import { type LargeIntegerType, reasonAgainstInteger } from "./number-elements.ts";

/** Fills an array of 64-bit integers, with every digit. */
export class LargeIntegerFiller implements Filler {
  readonly data: InstanceType<(typeof FIXED_ELEMENTS)[LargeIntegerType]["array"]>;
  readonly #type: LargeIntegerType;
  readonly #refuse: Refuse;

  constructor(type: LargeIntegerType, count: number, refuse: Refuse) {
    const { sizeBytes, array: ElementArray } = FIXED_ELEMENTS[type];
    this.data = new ElementArray(new ArrayBuffer(count * sizeBytes), 0, count);
    this.#type = type;
    this.#refuse = refuse;
  }

  put(index: number, value: number | bigint | boolean | string): void {
    if (typeof value === "bigint") this.#putInteger(index, value, String(value));
    else if (typeof value === "number") {
      this.#putInteger(index, Number.isInteger(value) ? BigInt(value) : undefined, String(value));
    } else this.#refuse(index, `${JSON.stringify(value).slice(0, 50)} is not a number`);
  }

  putNumbers(first: number, numbers: NumberArray): void {
    const values = numbers.toFloat64();
    if (this.#putSafe(first, values)) return;
    let index = first;
    for (const text of numbers.texts()) {
      const isNamed = Number.isNaN(Number(text)) || text.endsWith("Infinity");
      this.#putInteger(index, isNamed ? undefined : toExactInteger(text), text);
      index += 1;
    }
  }

  /** Puts integers that a double holds exactly, half by half; stops at the first that is none. */
  #putSafe(first: number, values: Float64Array): boolean {
    const halves = new Int32Array(this.data.buffer);
    const least = this.#type === "uint64" ? 0 : Number.MIN_SAFE_INTEGER;
    for (let offset = 0; offset < values.length; offset += 1) {
      const value = values[offset] ?? 0;
      if (!(value >= least && value <= Number.MAX_SAFE_INTEGER && Math.trunc(value) === value)) return false;
      halves[2 * (first + offset)] = value | 0;
      halves[2 * (first + offset) + 1] = Math.floor(value / 2 ** 32);
    }
    return true;
  }

  #putInteger(index: number, value: bigint | undefined, text: string): void {
    const reason = reasonAgainstInteger(this.#type, value, text);
    if (reason !== undefined) this.#refuse(index, reason);
    if (value !== undefined) this.data[index] = value;
  }
}
