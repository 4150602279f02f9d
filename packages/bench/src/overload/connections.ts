import { Connection, type Outcome } from "./connection.ts";

const LOOK_MS = 100;

interface Waiting {
  readonly connection: Connection;
  readonly sentAtMs: number;
}

/** Connections to one service: as many as requests are under way, kept open for those to come. */
export class Connections {
  readonly #origin: URL;
  readonly #most: number;
  readonly #patienceMs: number;
  readonly #idle: Connection[] = [];
  readonly #waiting = new Set<Waiting>();
  readonly #looking: NodeJS.Timeout;
  #open = 0;

  /** @param patienceMs after which a request that has no answer is given up. */
  constructor(origin: URL, { most, patienceMs }: { readonly most: number; readonly patienceMs: number }) {
    this.#origin = origin;
    this.#most = most;
    this.#patienceMs = patienceMs;
    this.#looking = setInterval(() => this.#giveUpLate(), LOOK_MS);
  }

  /** Requests that have no answer yet. */
  get underWay(): number {
    return this.#waiting.size;
  }

  /**
   * Opens every connection, each with a request, as whatever stands before a service keeps them open: new ones
   * that come while the service is busy were seen to wait for seconds.
   */
  async openAll(request: Uint8Array): Promise<void> {
    while (this.#open < this.#most) {
      const connection = this.#connect();
      await connection.send(request);
      this.#idle.push(connection);
    }
  }

  /** Sends a request; nothing where every connection is taken. */
  send(request: Uint8Array): Promise<Outcome> | undefined {
    const connection = this.#take();
    if (connection === undefined) return undefined;
    const waiting = { connection, sentAtMs: performance.now() };
    this.#waiting.add(waiting);
    return connection.send(request).then((outcome) => {
      this.#waiting.delete(waiting);
      this.#idle.push(connection);
      return outcome;
    });
  }

  close(): void {
    clearInterval(this.#looking);
    for (const { connection } of this.#waiting) connection.destroy("the end");
    for (const connection of this.#idle) connection.destroy("the end");
  }

  #take(): Connection | undefined {
    const at = this.#idle.findLastIndex((each) => each.isFree);
    if (at >= 0) return this.#idle.splice(at, 1)[0];
    return this.#open < this.#most ? this.#connect() : undefined;
  }

  #connect(): Connection {
    this.#open += 1;
    return new Connection(this.#origin, (closed) => this.#forget(closed));
  }

  #forget(closed: Connection): void {
    this.#open -= 1;
    // The request that it carried has put it among the idle ones by then.
    setImmediate(() => {
      const at = this.#idle.indexOf(closed);
      if (at >= 0) this.#idle.splice(at, 1);
    });
  }

  #giveUpLate(): void {
    const before = performance.now() - this.#patienceMs;
    for (const { connection, sentAtMs } of this.#waiting) {
      if (sentAtMs < before) connection.destroy(`no answer within ${this.#patienceMs} ms`);
    }
  }
}
