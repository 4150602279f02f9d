/**
 * So many requests begin in one turn of the event loop. A turn reads what every connection has sent: where a thousand requests
 * began in one, all of them lived through several garbage collections, each cost twice the CPU of one among 32, and what
 * workers had finished lay there as long as the turn took.
 */
const MOST_IN_A_TURN = 32;

/** Spreads what arrives at once over turns of the event loop. */
export class Turns {
  readonly #waiting: (() => void)[] = [];
  #begun = 0;

  /** Begins at once where this turn has room, else in a later one, in order. @param begin may not throw. */
  take(begin: () => void): void {
    if (this.#begun >= MOST_IN_A_TURN) {
      this.#waiting.push(begin);
      return;
    }
    if (this.#begun === 0) setImmediate(this.#next);
    this.#begun += 1;
    begin();
  }

  readonly #next = (): void => {
    const due = this.#waiting.splice(0, MOST_IN_A_TURN);
    this.#begun = due.length;
    if (due.length > 0) setImmediate(this.#next);
    for (const begin of due) begin();
  };
}
