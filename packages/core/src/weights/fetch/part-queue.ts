/** A run of bytes that one connection fetches at a time. */
export interface Part {
  /** Position of the next byte that is wanted. */
  next: number;
  /** Position behind the last byte; at the end of a chunk. It moves down when another connection takes over the tail. */
  end: number;
  /** CRC-32 over the bytes of the present chunk that are there. */
  crc32: number;
  /** Failed tries since the last one that brought bytes. */
  failures: number;
  /** How often a connection that was too slow has lost it to another. */
  handovers: number;
  /** Not to be tried before this time. */
  readyAtMs: number;
}

/** What of a file is still missing: parts that wait, and parts that are being fetched. */
export class PartQueue {
  readonly sizeBytes: number;
  readonly chunkBytes: number;
  #waiting: Part[] = [];
  readonly #taken = new Set<Part>();

  constructor(sizeBytes: number, chunkBytes: number, count: number) {
    this.sizeBytes = sizeBytes;
    this.chunkBytes = chunkBytes;
    this.restart(count);
  }

  get done(): boolean {
    return this.#waiting.length === 0 && this.#taken.size === 0;
  }

  get missingBytes(): number {
    const parts = [...this.#waiting, ...this.#taken];
    return parts.reduce((sum, { next, end }) => sum + end - next, 0);
  }

  /** Everything is missing again, in `count` parts of about one size. */
  restart(count: number): void {
    this.#taken.clear();
    this.#waiting = [];
    const chunks = Math.ceil(this.sizeBytes / this.chunkBytes);
    const parts = Math.min(count, chunks);
    const startOf = (part: number): number =>
      Math.min(this.sizeBytes, Math.floor((part * chunks) / parts) * this.chunkBytes);
    for (let part = 0; part < parts; part += 1) this.#waiting.push(toPart(startOf(part), startOf(part + 1)));
  }

  /** The first part that waits and is ready. */
  take(nowMs: number): Part | undefined {
    const index = this.#waiting.findIndex(({ readyAtMs }) => readyAtMs <= nowMs);
    const [part] = index < 0 ? [] : this.#waiting.splice(index, 1);
    if (part !== undefined) this.#taken.add(part);
    return part;
  }

  /** Lets go of a taken part: it is done if nothing is missing of it, and waits otherwise. */
  giveBack(part: Part): void {
    if (this.#taken.delete(part) && part.next < part.end) this.#waiting.push(part);
  }

  /** Cuts about so many bytes off the end of a part, in whole chunks; they are taken at once. Nothing if it is too short. */
  takeTail(part: Part, tailBytes: number): Part | undefined {
    const earliest = Math.floor(part.next / this.chunkBytes + 1) * this.chunkBytes;
    const start = Math.max(earliest, Math.ceil((part.end - tailBytes) / this.chunkBytes) * this.chunkBytes);
    if (start >= part.end) return undefined;
    const tail = toPart(start, part.end);
    part.end = start;
    this.#taken.add(tail);
    return tail;
  }
}

function toPart(start: number, end: number): Part {
  return { next: start, end, crc32: 0, failures: 0, handovers: 0, readyAtMs: 0 };
}
