/** Sizes that a `Response` itself does not tell. */
const SIZES = new WeakMap<Response, number>();

/** An answer whose body is known whole. */
export function wholeAnswer(body: Uint8Array<ArrayBuffer>, headers: Readonly<Record<string, string>>): Response {
  const response = new Response(body, { headers });
  SIZES.set(response, body.byteLength);
  return response;
}

/** Bytes of an answer's body; 0 where they are not known. */
export function answerSizeBytes(response: Response): number {
  return SIZES.get(response) ?? 0;
}
