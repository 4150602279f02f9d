import { InferenceError, toFailureResponse } from "@virga/core";

/** What Cloud Run carries in an answer whose length is told. Source: Cloud Run functions, "Quotas and limits". */
export const MOST_ANSWER_BYTES: number = 32 * 1024 * 1024;

/** An answer as it is, with its length told; a failure in its place where the platform would not carry it. */
export async function boundAnswer(response: Response): Promise<Response> {
  if (response.body === null) return response;
  const pieces: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const piece of response.body) {
    pieces.push(piece);
    sizeBytes += piece.byteLength;
    if (sizeBytes > MOST_ANSWER_BYTES) return toFailureResponse(tooLarge(), response.headers.get("x-request-id") ?? "");
  }
  const headers = new Headers(response.headers);
  headers.set("content-length", String(sizeBytes));
  return new Response(ReadableStream.from(pieces), { status: response.status, headers });
}

function tooLarge(): InferenceError {
  return new InferenceError(
    "OUTPUT_TOO_LARGE",
    `The answer has more than the ${MOST_ANSWER_BYTES} bytes that a function on Google Cloud gives: ask for fewer rows or outputs at once.`,
  );
}
