const MULTIPLIER = 1_664_525;
const INCREMENT = 1_013_904_223;
const HIGH_BITS = 2 ** 24;

/** Numbers that look random and are the same in every run: a linear congruential generator, its better high bits. */
export class RandomNumbers {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  /** Numbers evenly distributed between -limit and limit. */
  uniform(length: number, limit: number): Float32Array {
    const values = new Float32Array(length);
    const scale = (2 * limit) / HIGH_BITS;
    let state = this.#state;
    for (let index = 0; index < length; index++) {
      state = (Math.imul(state, MULTIPLIER) + INCREMENT) >>> 0;
      values[index] = (state >>> 8) * scale - limit;
    }
    this.#state = state;
    return values;
  }
}
