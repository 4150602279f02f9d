/**
 * A collection without order whose items come and go all the time.
 *
 * A `Set` gets a new table again and again as items come and go, and an old table keeps what was in it and every later
 * table: most of what requests had needed lived on to the next full garbage collection. Taking an item out is a search
 * through all.
 */
export class Bag<Item> implements Iterable<Item> {
  readonly #items: Item[] = [];

  get size(): number {
    return this.#items.length;
  }

  add(item: Item): void {
    this.#items.push(item);
  }

  /** @returns whether it was there. */
  delete(item: Item): boolean {
    const index = this.#items.lastIndexOf(item);
    const last = this.#items.pop();
    if (index >= 0 && last !== undefined && index < this.#items.length) this.#items[index] = last;
    else if (index < 0 && last !== undefined) this.#items.push(last);
    return index >= 0;
  }

  /** The collection must not change meanwhile. */
  [Symbol.iterator](): Iterator<Item> {
    return this.#items.values();
  }
}
