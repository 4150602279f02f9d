import { isUtf8 } from "node:buffer";

/** An answer that is whole, as every front needs it. */
export interface BufferedAnswer {
  readonly status: number;
  /** All but cookies. */
  readonly headers: Readonly<Record<string, string>>;
  readonly cookies: readonly string[];
  readonly body: string;
  readonly isBase64Encoded: boolean;
}

const TEXT_TYPES = /^(?:text\/|application\/(?:[\w.-]+\+)?(?:json|xml|javascript)\b)/i;

/** Reads an answer; its body is text only where it says so and is so, for text cannot carry every byte. */
export async function bufferAnswer(response: Response): Promise<BufferedAnswer> {
  const bytes = Buffer.from(await response.arrayBuffer());
  const isText = bytes.byteLength === 0 || (TEXT_TYPES.test(contentType(response)) && isUtf8(bytes));
  return {
    status: response.status,
    ...splitHeaders(response.headers),
    body: bytes.toString(isText ? "utf8" : "base64"),
    isBase64Encoded: !isText,
  };
}

/** Headers by name, and cookies apart: no front takes them in one text. */
export function splitHeaders(headers: Headers): Pick<BufferedAnswer, "headers" | "cookies"> {
  const others = [...headers].filter(([name]) => name !== "set-cookie");
  return { headers: Object.fromEntries(others), cookies: headers.getSetCookie() };
}

function contentType({ headers }: Response): string {
  return headers.get("content-type") ?? "";
}
