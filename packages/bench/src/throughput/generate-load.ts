import { connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { KeptAnswer, LoadOrder, LoadReport } from "./load.ts";
import { percentile } from "./percentile.ts";
import { ResponseReader } from "./response-reader.ts";

const HOST = "127.0.0.1";
const RECEIVE_BYTES = 262_144;
/** Answers that are looked at afterwards. */
const MOST_ANSWERS = 32;
/** A slow model's measurement goes on until it has as many latencies as clients, for at most so long. */
const MOST_MEASURE_MS = 15_000;
const POLL_MS = 20;
/** How long the last requests may take. */
const LAST_ANSWERS_MS = 60_000;

type Phase = "warming up" | "measuring" | "asking once more" | "over";

/** Keeps a service under load from so many clients, and says what they saw. */
export async function generateLoad(order: LoadOrder): Promise<LoadReport> {
  const load = new Load(order);
  try {
    await load.start();
    await sleep(order.warmUpMs);
    const seconds = await load.measure();
    await load.askOnceMore();
    return load.report(seconds);
  } finally {
    load.close();
  }
}

interface Client {
  readonly number: number;
  readonly socket: Socket;
  readonly request: Uint8Array;
  sentAtMs: number;
  /** In which phase the request under way was sent. */
  sentIn: Phase;
  isDone: boolean;
}

class Load {
  readonly #order: LoadOrder;
  readonly #clients: Client[] = [];
  readonly #latenciesMs: number[] = [];
  readonly #answers: KeptAnswer[] = [];
  #phase: Phase = "warming up";
  #answered = 0;
  #answeredInTime = 0;
  #failed = 0;
  #failure: string | undefined;

  constructor(order: LoadOrder) {
    this.#order = order;
  }

  async start(): Promise<void> {
    const numbers = Array.from({ length: this.#order.connections }, (_, number) => number);
    await Promise.all(numbers.map((number) => this.#connect(number)));
    for (const client of this.#clients) this.#send(client);
  }

  /** @returns how many seconds it measured. */
  async measure(): Promise<number> {
    this.#phase = "measuring";
    const startedAtMs = performance.now();
    const enough = this.#order.connections;
    await sleep(this.#order.measureMs);
    while (this.#latenciesMs.length < enough && performance.now() - startedAtMs < MOST_MEASURE_MS && !this.#isIdle()) {
      await sleep(POLL_MS);
    }
    this.#phase = "asking once more";
    return (performance.now() - startedAtMs) / 1000;
  }

  /** Waits until every client has had the answer to one more request. */
  async askOnceMore(): Promise<void> {
    const startedAtMs = performance.now();
    while (!this.#isIdle()) {
      if (performance.now() - startedAtMs > LAST_ANSWERS_MS) {
        for (const client of this.#clients) if (!client.isDone) this.#fail(client, "no answer within a minute");
        return;
      }
      await sleep(POLL_MS);
    }
  }

  report(seconds: number): LoadReport {
    const latencies = this.#latenciesMs.length > 0 ? this.#latenciesMs : [Number.NaN];
    return {
      requestsPerSecond: this.#answeredInTime / seconds,
      answered: this.#answered,
      p50Ms: percentile(latencies, 0.5),
      p99Ms: percentile(latencies, 0.99),
      failed: this.#failed,
      ...(this.#failure === undefined ? {} : { failure: this.#failure }),
      answers: this.#answers,
    };
  }

  close(): void {
    this.#phase = "over";
    for (const { socket } of this.#clients) socket.destroy();
  }

  #isIdle(): boolean {
    return this.#clients.every((client) => client.isDone);
  }

  #connect(number: number): Promise<void> {
    const { port, requests } = this.#order;
    const request = requests[number % requests.length] ?? new Uint8Array();
    return new Promise((resolve, reject) => {
      const reader = new ResponseReader(() => client.sentIn === "asking once more" && number < MOST_ANSWERS);
      const socket = connect({
        host: HOST,
        port,
        noDelay: true,
        // One buffer for all that comes: a new one for every piece would cost more than the reading.
        onread: {
          buffer: Buffer.allocUnsafe(RECEIVE_BYTES),
          callback: (length, buffer) => {
            this.#receive(client, reader, Buffer.from(buffer.buffer, buffer.byteOffset, length));
            return true;
          },
        },
      });
      const client: Client = { number, socket, request, sentAtMs: 0, sentIn: this.#phase, isDone: false };
      this.#clients.push(client);
      socket.once("connect", resolve);
      socket.on("error", (error) => {
        reject(error);
        this.#fail(client, error.message);
      });
      socket.on("close", () => this.#fail(client, "the connection was closed"));
    });
  }

  #send(client: Client): void {
    client.sentIn = this.#phase;
    client.sentAtMs = performance.now();
    client.socket.write(client.request);
  }

  #receive(client: Client, reader: ResponseReader, piece: Buffer): void {
    try {
      const response = reader.take(piece);
      if (response === undefined) return;
      const { status, head, body } = response;
      if (status === 200) this.#count(client);
      else this.#note(`status ${status}`);
      if (client.sentIn !== "asking once more") {
        this.#send(client);
        return;
      }
      client.isDone = true;
      const request = client.number % this.#order.requests.length;
      if (status === 200 && client.number < MOST_ANSWERS) this.#answers.push({ request, head, body });
    } catch (error) {
      this.#fail(client, error instanceof Error ? error.message : String(error));
    }
  }

  #count(client: Client): void {
    this.#answered += 1;
    if (this.#phase === "measuring") this.#answeredInTime += 1;
    // Those too that are answered only afterwards, and those that waited all the while: a server that lets some wait for
    // the sake of others would seem quick otherwise.
    const waitedThroughout = client.sentIn === "warming up" && this.#phase === "asking once more";
    if (client.sentIn === "measuring" || waitedThroughout) this.#latenciesMs.push(performance.now() - client.sentAtMs);
  }

  /** Ends a client whose connection is of no more use. */
  #fail(client: Client, reason: string): void {
    if (client.isDone || this.#phase === "over") return;
    client.isDone = true;
    client.socket.destroy();
    this.#note(reason);
  }

  #note(reason: string): void {
    this.#failed += 1;
    this.#failure ??= reason;
  }
}
