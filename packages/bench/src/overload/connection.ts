import { connect, type Socket } from "node:net";
import { type RawResponse, ResponseReader } from "../throughput/response-reader.ts";

/** How a request ended: with an answer, or with what kept it from one. */
export type Outcome = RawResponse | { readonly failure: string };

/** One connection on which requests follow one another; no more is done for each than has to be. */
export class Connection {
  readonly #socket: Socket;
  readonly #onClose: (connection: Connection) => void;
  readonly #reader = new ResponseReader(() => true);
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
    try {
      const answer = this.#reader.take(piece);
      if (answer === undefined) return;
      if (headerOf(answer.head, "connection") === "close") this.#socket.destroy();
      this.#end(answer);
    } catch (error) {
      this.destroy(error instanceof Error ? error.message : String(error));
    }
  }

  #end(outcome: Outcome): void {
    const finish = this.#finish;
    this.#finish = undefined;
    finish?.(outcome);
  }
}

/** One header's value out of a head. @param name in lower case. */
export function headerOf(head: string, name: string): string | undefined {
  return new RegExp(`\\r\\n${name}: *([^\\r]*)`, "i").exec(head)?.[1];
}
