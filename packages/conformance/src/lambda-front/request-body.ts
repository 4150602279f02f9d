/** Media types whose bodies fronts hand over as text. Source: Elastic Load Balancing, "Lambda functions as targets". */
const TEXT_TYPES = /^(?:text\/|application\/(?:json|javascript|xml)(?:$|[;\s]))/i;

interface EventBody {
  readonly body: string | null;
  readonly isBase64Encoded: boolean;
}

/** A body as a front writes it: bytes that are labelled as text are read as UTF-8, whether or not they are. */
export async function toEventBody(request: Request, isText: (request: Request) => boolean): Promise<EventBody> {
  const bytes = Buffer.from(await request.clone().arrayBuffer());
  if (bytes.byteLength === 0) return { body: null, isBase64Encoded: false };
  const asText = isText(request);
  return { body: bytes.toString(asText ? "utf8" : "base64"), isBase64Encoded: !asText };
}

export function isLabelledAsText({ headers }: Request): boolean {
  return TEXT_TYPES.test(headers.get("content-type") ?? "");
}

/** Headers as they stand in a request on the wire, with the length that clients announce. */
export async function wireHeaders(request: Request): Promise<[string, string][]> {
  const sizeBytes = (await request.clone().arrayBuffer()).byteLength;
  const headers = [...request.headers].filter(([name]) => name !== "content-length");
  return [
    ["host", HOST],
    ...headers,
    ...(sizeBytes > 0 ? [["content-length", String(sizeBytes)] as [string, string]] : []),
  ];
}

const HOST = "abcdefghij.example.test";
