import { connect as connectPlain, isIP, type LookupFunction, type Socket } from "node:net";
import { connect as connectSecure } from "node:tls";
import { type BodyReader, createBodyReader } from "./http-body.ts";
import { type HttpHead, parseHttpHead } from "./http-head.ts";
import { addOutgoingRequest } from "./outgoing-requests.ts";

/** Takes the answer of one request; what it throws ends the exchange and the connection. */
export interface AnswerTaker {
  /** The answer ends with its head, as that to `HEAD` does. */
  readonly withoutBody?: boolean;
  head(head: HttpHead): void;
  /** A piece of the body, only lent; answers whether more is wanted. */
  piece(bytes: Buffer): boolean;
}

export interface ConnectionOptions {
  readonly lookup: LookupFunction;
  /** Certificates to trust in place of the system's, as PEM. */
  readonly certificateAuthority?: string | undefined;
}

const LONGEST_HEAD = 64 * 1024;

/**
 * What every connection reads into: a piece is used up before the next is read, so that one buffer serves them all,
 * stays in the processor's cache and keeps the memory of a fetch independent of the number of connections.
 */
let readBuffer: Buffer | undefined;
const READ_BUFFER_BYTES = 512 * 1024;
/** TLS gives at most 16 KiB at a time: gathered, they take a quarter less CPU to verify and to write. */
const GATHER_BYTES = 128 * 1024;

/**
 * One connection for requests that follow each other.
 *
 * Made on a bare socket because `node:http` allocates and copies every piece: 500 MB over loopback into a file, with
 * CRC-32, over 8 connections, took it 1400 ms of CPU and 51 MB of anonymous memory; this 480 ms and 15 MB.
 */
export class HttpConnection {
  readonly origin: string;
  readonly #socket: Socket;
  readonly #gathered: Buffer | undefined;
  #gatheredBytes = 0;
  #exchange: Exchange | undefined;
  #failure: Error | undefined;

  /** Begins to connect; what goes wrong is told by the exchange. */
  constructor(url: URL, { lookup, certificateAuthority }: ConnectionOptions) {
    this.origin = url.origin;
    readBuffer ??= Buffer.allocUnsafeSlow(READ_BUFFER_BYTES);
    const host = url.hostname.replace(/^\[|\]$/g, "");
    const secure = url.protocol === "https:";
    if (secure) this.#gathered = Buffer.allocUnsafeSlow(GATHER_BYTES);
    const options = {
      host,
      port: Number(url.port || (secure ? 443 : 80)),
      lookup,
      noDelay: true,
      onread: { buffer: readBuffer, callback: this.#read.bind(this) },
    };
    this.#socket = secure
      ? connectSecure({
          ...options,
          ALPNProtocols: ["http/1.1"],
          ...(isIP(host) === 0 ? { servername: host } : {}),
          ...(certificateAuthority === undefined ? {} : { ca: certificateAuthority }),
        })
      : connectPlain(options);
    this.#socket.on("error", (error) => {
      this.#flush();
      this.close(error);
    });
    this.#socket.on("close", () => {
      this.#flush();
      this.#end(new Error("The connection ended before the answer did."));
    });
    this.#socket.on("end", () => this.#sayEnd());
  }

  /** Whether another request may be sent. */
  get usable(): boolean {
    return this.#failure === undefined && this.#exchange === undefined;
  }

  /** Sends a request and hands its answer to `taker`; one at a time. @throws Error of the network or of `taker`. */
  exchange(request: string, taker: AnswerTaker): Promise<void> {
    return new Promise((settle, fail) => {
      if (this.#failure !== undefined) return fail(this.#failure);
      this.#exchange = new Exchange(taker, settle, fail);
      this.#socket.write(request, "latin1", addOutgoingRequest());
    });
  }

  /** Ends the connection and the exchange under way, which fails with `reason`. */
  close(reason: Error = new Error("The connection ended before the answer did.")): void {
    this.#end(reason);
    this.#socket.destroy();
  }

  #end(reason: Error): void {
    this.#failure ??= reason;
    const exchange = this.#exchange;
    this.#exchange = undefined;
    exchange?.fail(this.#failure);
  }

  /** The server has said all it will say: the end of a body that has no other end, or a break. */
  #sayEnd(): void {
    this.#flush();
    const exchange = this.#exchange;
    if (exchange?.endsWithConnection === true) {
      this.#exchange = undefined;
      exchange.settle();
    }
    this.close();
  }

  /** Called by the socket, which goes on reading unless it is told not to. */
  #read(count: number, buffer: Uint8Array): boolean {
    const gathered = this.#gathered;
    const fits = gathered !== undefined && this.#gatheredBytes + count <= gathered.length;
    if (!fits && !this.#flush()) return false;
    if (gathered === undefined || count > gathered.length) {
      return this.#deliver(Buffer.from(buffer.buffer, buffer.byteOffset, count));
    }
    if (this.#gatheredBytes === 0) setImmediate(() => this.#flush());
    gathered.set(buffer.subarray(0, count), this.#gatheredBytes);
    this.#gatheredBytes += count;
    return true;
  }

  #flush(): boolean {
    const count = this.#gatheredBytes;
    this.#gatheredBytes = 0;
    return this.#gathered === undefined || count === 0 || this.#deliver(this.#gathered.subarray(0, count));
  }

  /** Nothing may be thrown into the socket. @returns whether more is wanted. */
  #deliver(bytes: Buffer): boolean {
    if (this.#failure !== undefined) return false;
    const exchange = this.#exchange;
    if (exchange === undefined) {
      this.close(new Error("The server sent something that was not asked for."));
      return false;
    }
    try {
      exchange.read(bytes);
    } catch (error) {
      this.close(error instanceof Error ? error : new Error("The answer could not be read.", { cause: error }));
      return false;
    }
    if (!exchange.over) return true;
    this.#exchange = undefined;
    if (!exchange.leavesConnectionUsable) this.close();
    exchange.settle();
    return this.#failure === undefined;
  }
}

/** One request's answer, while it comes in. */
class Exchange {
  readonly settle: () => void;
  readonly fail: (error: Error) => void;
  readonly #taker: AnswerTaker;
  #headText = "";
  #head: HttpHead | undefined;
  #body: BodyReader | undefined;
  #enough = false;

  constructor(taker: AnswerTaker, settle: () => void, fail: (error: Error) => void) {
    this.#taker = taker;
    this.settle = settle;
    this.fail = fail;
  }

  /** All that is wanted of the answer has come. */
  get over(): boolean {
    return this.#enough || this.#body?.ended === true;
  }

  get leavesConnectionUsable(): boolean {
    return !this.#enough && this.#head?.keepsAlive === true;
  }

  get endsWithConnection(): boolean {
    return this.#body?.untilClose === true;
  }

  read(bytes: Buffer): void {
    const body = this.#body === undefined ? this.#readHead(bytes) : bytes;
    if (body === undefined) return;
    this.#body?.read(body, (piece) => {
      if (!this.#enough) this.#enough = !this.#taker.piece(piece);
      return !this.#enough;
    });
  }

  /** What follows the head, once the head is whole. */
  #readHead(bytes: Buffer): Buffer | undefined {
    const before = this.#headText.length;
    this.#headText += bytes.toString("latin1", 0, Math.min(bytes.length, LONGEST_HEAD));
    const end = this.#headText.indexOf("\r\n\r\n", Math.max(0, before - 3));
    if (end < 0 && this.#headText.length >= LONGEST_HEAD) throw new Error("The answer's head has no end.");
    if (end < 0) return undefined;
    const head = parseHttpHead(this.#headText.slice(0, end));
    const rest = bytes.subarray(end + 4 - before);
    this.#headText = "";
    // Informational answers (1xx) come before the one that counts.
    if (head.status < 200) return rest.length === 0 ? undefined : this.#readHead(rest);
    this.#head = head;
    this.#body = createBodyReader(head, this.#taker.withoutBody);
    this.#taker.head(head);
    return rest;
  }
}
