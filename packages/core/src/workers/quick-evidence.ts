/** A run this long is not noticed by whatever else the calling thread has to do; in a worker, waking up counts as well. */
const QUICK_MS = 0.4;
/** So many quick runs more than slow ones count: few, as each costs a lone client as much again in handing over. */
const FIRST_ENOUGH = 8;
/** What a slow run takes back: a machine under load makes some quick runs slow, but no slow run quick. */
const COST_OF_SLOW = 2;
/** A run that takes so long is the last one here until as many more have been quick as it was longer. */
const LONG_MS = 25;
const MORE_AFTER_LONG = 2;
/** What each quick run takes off that: the machine may have been at something else, as it will be now and then. */
const FORGIVENESS = 0.998;
/** So many times as many elements as were quick will hardly be slow. */
const GROWTH = 2;

/** What measured runs of a model say about those to come: whether they are quick, and up to which size. */
export class QuickEvidence {
  #points = 0;
  #enough = FIRST_ENOUGH;
  #areQuick = false;
  #mostElements = 0;

  get areQuick(): boolean {
    return this.#areQuick;
  }

  /** Inputs with more are not known to be quick. */
  get mostElements(): number {
    return this.#mostElements;
  }

  ran(elements: number, durationMs: number): void {
    if (durationMs < QUICK_MS) this.#quick(elements);
    else if (elements <= this.#mostElements) this.#slow(durationMs);
  }

  /** They are not to be taken for quick again. */
  refuse(): void {
    this.#enough = Number.POSITIVE_INFINITY;
    this.#forget();
  }

  #quick(elements: number): void {
    this.#mostElements = Math.max(this.#mostElements, GROWTH * elements);
    this.#points = Math.min(this.#points + 1, this.#enough);
    if (this.#points >= this.#enough) this.#areQuick = true;
    if (this.#areQuick) this.#enough = Math.max(FIRST_ENOUGH, FORGIVENESS * this.#enough);
  }

  #slow(durationMs: number): void {
    this.#points -= COST_OF_SLOW;
    const isTooLong = this.#areQuick && durationMs > LONG_MS;
    if (isTooLong) this.#enough *= MORE_AFTER_LONG * (durationMs / LONG_MS);
    if (isTooLong || this.#points <= 0) this.#forget();
  }

  #forget(): void {
    this.#points = 0;
    this.#areQuick = false;
    this.#mostElements = 0;
  }
}
