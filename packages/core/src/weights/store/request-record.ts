import { request as httpRequest, type IncomingHttpHeaders } from "node:http";
import { request as httpsRequest } from "node:https";
import { InferenceError } from "../../errors.ts";

/** Records are small; whoever answers more than this is no registry. */
const MOST_RECORD_BYTES = 16 * 1024 * 1024;
const PATIENCE_MS = 15_000;

/** The answer to a request for a record. */
export interface RecordAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly bytes: Uint8Array;
}

/**
 * Asks for one small object over HTTP, without a client whose import a cold start would pay for.
 *
 * @returns whatever status came. @throws InferenceError `WEIGHTS_UNREACHABLE` when none came whole.
 */
export function requestRecord(
  method: "GET" | "HEAD",
  url: URL,
  headers: Readonly<Record<string, string>>,
  signal?: AbortSignal,
): Promise<RecordAnswer> {
  const request = url.protocol === "https:" ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const fail = (cause: Error): void =>
      reject(new InferenceError("WEIGHTS_UNREACHABLE", `${url} does not answer: ${cause.message}.`, { cause }));
    const sent = request(url, { method, headers, timeout: PATIENCE_MS, ...(signal && { signal }) }, (response) => {
      const chunks: Buffer[] = [];
      let sizeBytes = 0;
      response.on("data", (chunk: Buffer) => {
        sizeBytes += chunk.byteLength;
        if (sizeBytes > MOST_RECORD_BYTES) sent.destroy(new Error("the answer is too large for a record"));
        chunks.push(chunk);
      });
      response.once("end", () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, bytes: Buffer.concat(chunks) }),
      );
      response.once("error", fail);
    });
    sent.once("timeout", () => sent.destroy(new Error(`nothing came for ${PATIENCE_MS / 1_000} s`)));
    sent.once("error", fail);
    sent.end();
  });
}
