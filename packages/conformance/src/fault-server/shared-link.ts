/** What is left over of a quiet moment may be sent later, but for no longer than this. */
const MOST_SAVED_MS = 20;

/** A bound for all answers of a server together, of which each gets an equal share. */
export class SharedLink {
  readonly #bytesPerMs: number;
  #availableBytes = 0;
  #countedAtMs: number = performance.now();
  #senders = 0;

  constructor(bytesPerSecond: number) {
    this.#bytesPerMs = bytesPerSecond / 1000;
  }

  /** One more answer shares the link. @returns what is to be called once when it has ended. */
  join(): () => void {
    this.#senders += 1;
    return () => {
      this.#senders -= 1;
    };
  }

  /** How many of so many bytes may be sent now. */
  take(wantedBytes: number): number {
    const now = performance.now();
    const savedBytes = this.#availableBytes + (now - this.#countedAtMs) * this.#bytesPerMs;
    this.#availableBytes = Math.min(savedBytes, MOST_SAVED_MS * this.#bytesPerMs);
    this.#countedAtMs = now;
    const bytes = Math.min(wantedBytes, Math.floor(this.#availableBytes / Math.max(1, this.#senders)));
    this.#availableBytes -= bytes;
    return bytes;
  }
}
