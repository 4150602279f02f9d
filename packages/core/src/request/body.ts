import { promisify } from "node:util";
import { constants, inflate, unzip } from "node:zlib";
import { InferenceError } from "../errors.ts";
import type { IncomingRequest, RequestBody } from "./incoming-request.ts";

const unzipAsync = promisify(unzip);
const inflateAsync = promisify(inflate);

/**
 * Reads a request's body whole and uncompressed, never holding more than the limit.
 *
 * @throws InferenceError `INPUT_TOO_LARGE` beyond `maxBytes` before or after decompression, `MEDIA_TYPE_UNSUPPORTED` for
 * an unknown `Content-Encoding`, `INPUT_INVALID` for a damaged one or a body that ends early.
 */
export async function readBody(request: IncomingRequest, maxBytes: number): Promise<Uint8Array> {
  const declared = Number(request.headers.get("content-length") ?? Number.NaN);
  if (declared > maxBytes) throw tooLarge(maxBytes);
  const body = request.body === null ? new Uint8Array() : await readSent(request.body, declared, maxBytes);
  const encoding = request.headers.get("content-encoding");
  return encoding === null ? body : decompress(body, encoding, maxBytes);
}

async function readSent(body: RequestBody, declared: number, maxBytes: number): Promise<Uint8Array> {
  let whole: Uint8Array;
  try {
    whole = body.whole === undefined ? await readPieces(body, maxBytes) : await body.whole();
  } catch (error) {
    if (InferenceError.is(error)) throw error;
    throw new InferenceError("INPUT_INVALID", "The request body ended before it was complete.", { cause: error });
  }
  if (whole.byteLength > maxBytes) throw tooLarge(maxBytes);
  if (whole.byteLength >= declared || Number.isNaN(declared)) return whole;
  const message = `The request body has ${whole.byteLength} of the ${declared} bytes announced.`;
  throw new InferenceError("INPUT_INVALID", message);
}

async function readPieces(body: AsyncIterable<Uint8Array>, maxBytes: number): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const piece of body) {
    sizeBytes += piece.byteLength;
    if (sizeBytes > maxBytes) throw tooLarge(maxBytes);
    pieces.push(piece);
  }
  const [only] = pieces;
  return pieces.length === 1 && only !== undefined ? only : join(pieces, sizeBytes);
}

function join(chunks: readonly Uint8Array[], sizeBytes: number): Uint8Array {
  const whole = new Uint8Array(sizeBytes);
  let position = 0;
  for (const chunk of chunks) {
    whole.set(chunk, position);
    position += chunk.byteLength;
  }
  return whole;
}

async function decompress(body: Uint8Array, encoding: string, maxBytes: number): Promise<Uint8Array> {
  const name = encoding.trim().toLowerCase();
  if (name === "identity" || name === "") return body;
  if (name !== "gzip" && name !== "x-gzip" && name !== "deflate") {
    throw new InferenceError(
      "MEDIA_TYPE_UNSUPPORTED",
      `The content encoding ${JSON.stringify(name)} is not supported: send the body as it is, or with gzip or deflate.`,
    );
  }
  try {
    const settings = { maxOutputLength: maxBytes, finishFlush: constants.Z_FINISH };
    return await (name === "deflate" ? inflateAsync(body, settings) : unzipAsync(body, settings));
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ERR_BUFFER_TOO_LARGE") throw tooLarge(maxBytes);
    throw new InferenceError("INPUT_INVALID", `The request body is not valid ${name}.`, { cause: error });
  }
}

function tooLarge(maxBytes: number): InferenceError {
  return new InferenceError("INPUT_TOO_LARGE", `The request body is larger than the ${maxBytes} bytes allowed here.`);
}
