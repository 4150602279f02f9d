/** Status and headers of an answer, names in lower case. */
export interface HttpHead {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** Whether the connection may carry another request once the body has ended. */
  readonly keepsAlive: boolean;
}

const STATUS_LINE = /^HTTP\/1\.([01]) (\d{3})(?: |$)/;
const HEADER_LINE = /^([!#$%&'*+.^_`|~\w-]+):[ \t]*(.*?)[ \t]*$/;

/**
 * Reads the head of an HTTP/1.x answer (RFC 9112), without the empty line that ends it.
 *
 * @throws Error that says what is not HTTP about it.
 */
export function parseHttpHead(text: string): HttpHead {
  const [statusLine = "", ...lines] = text.split("\r\n");
  const status = STATUS_LINE.exec(statusLine);
  if (status === null) throw new Error("The answer does not begin like HTTP/1.1.");
  const headers = new Map<string, string>();
  for (const line of lines) addHeader(headers, line);
  return {
    status: Number(status[2]),
    headers: Object.fromEntries(headers),
    keepsAlive: status[1] === "1" && !/\bclose\b/i.test(headers.get("connection") ?? ""),
  };
}

function addHeader(headers: Map<string, string>, line: string): void {
  const match = HEADER_LINE.exec(line);
  if (match === null) throw new Error("The answer has a header line that is none.");
  const [, rawName = "", value = ""] = match;
  const name = rawName.toLowerCase();
  const before = headers.get(name);
  if (before === undefined) headers.set(name, value);
  else if (name !== "content-length") headers.set(name, `${before}, ${value}`);
  else if (before !== value) throw new Error("The answer names two lengths.");
}
