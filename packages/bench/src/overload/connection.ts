import { connect, type Socket } from "node:net";

/** An answer as it came. */
export interface RawAnswer {
  readonly status: number;
  /** Status line and headers, in lower case. */
  readonly head: string;
  readonly body: Buffer;
}

/** How a request ended: with an answer, or with what kept it from one. */
export type Outcome = RawAnswer | { readonly failure: string };

const HEAD_END = "\r\n\r\n";

/** One connection on which requests follow one another; no more is done for each than has to be. */
export class Connection {
  readonly #socket: Socket;
  readonly #onClose: (connection: Connection) => void;
  #pieces: Buffer[] = [];
  #receivedBytes = 0;
  #expectedBytes = Number.POSITIVE_INFINITY;
  #finish: ((outcome: Outcome) => void) | undefined;

  /** @param onClose told once, when the connection can carry no more requests. */
  constructor({ hostname, port }: URL, onClose: (connection: Connection) => void) {
    this.#onClose = onClose;
    this.#socket = connect({ host: hostname, port: Number(port), noDelay: true });
    this.#socket.on("data", (piece) => this.#take(piece));
    this.#socket.on("error", (error: NodeJS.ErrnoException) => this.#end({ failure: error.code ?? error.message }));
    this.#socket.on("close", () => {
      this.#end({ failure: "closed without an answer" });
      this.#onClose(this);
    });
  }

  /** Whether a request may be sent: an answer can come before its request has left. */
  get isFree(): boolean {
    return this.#finish === undefined && this.#socket.writableLength === 0 && this.#socket.writable;
  }

  /** Sends a whole request; not before the one before has been answered. */
  send(request: Uint8Array): Promise<Outcome> {
    return new Promise((resolve) => {
      this.#finish = resolve;
      this.#socket.write(request);
    });
  }

  /** Closes the connection; a request that waits ends with this failure. */
  destroy(failure: string): void {
    this.#end({ failure });
    this.#socket.destroy();
  }

  #take(piece: Buffer): void {
    this.#pieces.push(piece);
    this.#receivedBytes += piece.byteLength;
    if (this.#expectedBytes === Number.POSITIVE_INFINITY) this.#readHead();
    if (this.#receivedBytes >= this.#expectedBytes) this.#answer();
  }

  #readHead(): void {
    const bytes = Buffer.concat(this.#pieces);
    const end = bytes.indexOf(HEAD_END);
    if (end < 0) return;
    const head = bytes.toString("latin1", 0, end).toLowerCase();
    const length = headerOf(head, "content-length");
    if (length === undefined) this.destroy("an answer without content-length");
    else this.#expectedBytes = end + HEAD_END.length + Number(length);
  }

  #answer(): void {
    const bytes = Buffer.concat(this.#pieces);
    const end = bytes.indexOf(HEAD_END);
    const head = bytes.toString("latin1", 0, end).toLowerCase();
    const status = Number(head.slice("http/1.1 ".length, "http/1.1 200".length));
    this.#pieces = [];
    this.#receivedBytes = 0;
    this.#expectedBytes = Number.POSITIVE_INFINITY;
    if (headerOf(head, "connection") === "close") this.#socket.destroy();
    this.#end({ status, head, body: bytes.subarray(end + HEAD_END.length) });
  }

  #end(outcome: Outcome): void {
    const finish = this.#finish;
    this.#finish = undefined;
    finish?.(outcome);
  }
}

/** One header's value out of a head in lower case. */
export function headerOf(head: string, name: string): string | undefined {
  const begin = head.indexOf(`\r\n${name}:`);
  if (begin < 0) return undefined;
  const end = head.indexOf("\r\n", begin + 2);
  return head.slice(begin + name.length + 3, end < 0 ? head.length : end).trim();
}
