/** Counts what has begun and not ended, and tells when nothing is left. */
export class UnderWay {
  readonly #whole: UnderWay | undefined;
  #count = 0;
  #emptied: PromiseWithResolvers<void> | undefined;

  /** @param whole of which this is a part. */
  constructor(whole?: UnderWay) {
    this.#whole = whole;
  }

  begin(): void {
    this.#count += 1;
    this.#whole?.begin();
  }

  end(): void {
    this.#count -= 1;
    this.#whole?.end();
    if (this.#count > 0) return;
    this.#emptied?.resolve();
    this.#emptied = undefined;
  }

  /** Resolves as soon as nothing is under way. */
  async ended(): Promise<void> {
    if (this.#count === 0) return;
    this.#emptied ??= Promise.withResolvers();
    await this.#emptied.promise;
  }
}
