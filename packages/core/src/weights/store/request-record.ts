import { InferenceError } from "../../errors.ts";
import { type AnswerTaker, HttpConnection } from "../fetch/http-connection.ts";
import type { HttpHead } from "../fetch/http-head.ts";
import { toRequestText } from "../fetch/http-request.ts";
import { createSharedLookup } from "../fetch/shared-lookup.ts";

/** Records are small; whoever answers more than this is no registry. */
const MOST_RECORD_BYTES = 16 * 1024 * 1024;
const PATIENCE_MS = 15_000;

/** The answer to a request for a record. */
export interface RecordAnswer {
  readonly status: number;
  /** By lower-case names. */
  readonly headers: { readonly etag?: string | undefined; readonly [name: string]: string | undefined };
  readonly bytes: Uint8Array;
}

/**
 * Asks for one small object over HTTP, without a client whose import a cold start would pay for: that of `node:http`
 * alone takes 30 ms, as it brings a second client with it.
 *
 * @returns whatever status came. @throws InferenceError `WEIGHTS_UNREACHABLE` when none came whole.
 */
export async function requestRecord(
  method: "GET" | "HEAD",
  url: URL,
  headers: Readonly<Record<string, string>>,
  signal?: AbortSignal,
): Promise<RecordAnswer> {
  const connection = new HttpConnection(url, { lookup: createSharedLookup() });
  const silence = setTimeout(
    () => connection.close(new Error(`nothing came for ${PATIENCE_MS / 1_000} s`)),
    PATIENCE_MS,
  );
  const abort = (): void => connection.close(new Error("the request was cancelled"));
  signal?.addEventListener("abort", abort, { once: true });
  if (signal?.aborted === true) abort();
  try {
    const record = new RecordTaker(method, () => silence.refresh());
    await connection.exchange(toRequestText({ method, url, headers }), record);
    return record.answer;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new InferenceError("WEIGHTS_UNREACHABLE", `${url} does not answer: ${reason}`, { cause });
  } finally {
    clearTimeout(silence);
    signal?.removeEventListener("abort", abort);
    connection.close();
  }
}

/** Keeps one answer whole. */
class RecordTaker implements AnswerTaker {
  readonly withoutBody: boolean;
  readonly #progress: () => void;
  #head: HttpHead = { status: 0, headers: {}, keepsAlive: false };
  readonly #pieces: Buffer[] = [];
  #sizeBytes = 0;

  constructor(method: "GET" | "HEAD", progress: () => void) {
    this.withoutBody = method === "HEAD";
    this.#progress = progress;
  }

  get answer(): RecordAnswer {
    return { status: this.#head.status, headers: this.#head.headers, bytes: Buffer.concat(this.#pieces) };
  }

  head(head: HttpHead): void {
    this.#progress();
    this.#head = head;
  }

  piece(bytes: Buffer): boolean {
    this.#progress();
    this.#sizeBytes += bytes.length;
    if (this.#sizeBytes > MOST_RECORD_BYTES) throw new Error("the answer is too large for a record");
    this.#pieces.push(Buffer.from(bytes));
    return true;
  }
}
