import { FIXED_ELEMENTS, type Tensor, type Tensors, tensor, toDatatype, toElementType } from "@virga/core";
import { elementsOf } from "./compare-tensors.ts";
import { float16Bits } from "./float16-table.ts";
import { fromBytes } from "./recorded-tensor.ts";

/** What a server said to an inference: tensors, or why there are none. */
export type Answer =
  | { readonly kind: "outputs"; readonly outputs: Tensors }
  | { readonly kind: "refusal"; readonly status: number; readonly error: string; readonly code: string };

/** Asks a model by name; all outputs where none are named. */
export type Infer = (model: string, inputs: Tensors, outputs?: readonly string[]) => Promise<Answer>;

interface Header {
  readonly outputs: readonly {
    readonly name: string;
    readonly datatype: string;
    readonly shape: readonly number[];
    readonly data?: readonly unknown[];
    readonly parameters?: { readonly binary_data_size?: number };
  }[];
}

/**
 * Writes and reads Open Inference requests by itself, so that it does not share the server's mistakes.
 *
 * @param send over the network where absent.
 */
export function createInfer(
  url: string,
  encoding: "json" | "binary",
  send: (request: Request) => Promise<Response> = fetch,
): Infer {
  return async (model, inputs, outputs) => {
    const request = encoding === "json" ? jsonRequest(inputs, outputs) : binaryRequest(inputs, outputs);
    const place = `${url}/v2/models/${encodeURIComponent(model)}/infer`;
    const response = await send(new Request(place, { method: "POST", ...request }));
    const body = new Uint8Array(await response.arrayBuffer());
    if (response.ok) return { kind: "outputs", outputs: readOutputs(body, response.headers) };
    return { kind: "refusal", status: response.status, ...JSON.parse(new TextDecoder().decode(body)) };
  };
}

interface HttpRequest {
  readonly headers: Record<string, string>;
  readonly body: string | Uint8Array<ArrayBuffer>;
}

function jsonRequest(inputs: Tensors, outputs: readonly string[] | undefined): HttpRequest {
  const tensors = Object.entries(inputs).map(([name, each]) => {
    const head = JSON.stringify({ name, datatype: toDatatype(each.type), shape: each.shape });
    return `${head.slice(0, -1)},"data":[${toJsonElements(each)}]}`;
  });
  const asked = outputs === undefined ? "" : `,"outputs":${JSON.stringify(outputs.map((name) => ({ name })))}`;
  return { headers: { "content-type": "application/json" }, body: `{"inputs":[${tensors.join(",")}]${asked}}` };
}

/** All elements at once, because a call for each takes seconds inside of Jest. */
function toJsonElements(tensor: Tensor): string {
  if (tensor.type === "string") return JSON.stringify(tensor.data).slice(1, -1);
  const elements = elementsOf(tensor);
  if (tensor.type === "bool") return elements.map((element) => element !== 0).join(",");
  const isNegativeZero = (element: unknown): boolean => element === 0 && 1 / element < 0;
  const written = elements.some(isNegativeZero)
    ? elements.map((element) => (isNegativeZero(element) ? "-0.0" : element))
    : elements;
  return written.join(",").replaceAll(/-?(?:NaN|Infinity)/g, '"$&"');
}

function binaryRequest(inputs: Tensors, outputs: readonly string[] | undefined): HttpRequest {
  const pieces = Object.values(inputs).map(toBytes);
  const tensors = Object.entries(inputs).map(([name, { type, shape }], index) => ({
    name,
    datatype: toDatatype(type),
    shape,
    parameters: { binary_data_size: pieces[index]?.byteLength ?? 0 },
  }));
  const asked = outputs === undefined ? {} : { outputs: outputs.map((name) => ({ name })) };
  const header = Buffer.from(JSON.stringify({ inputs: tensors, parameters: { binary_data_output: true }, ...asked }));
  return {
    headers: {
      "content-type": "application/octet-stream",
      "inference-header-content-length": String(header.byteLength),
    },
    body: Buffer.concat([header, ...pieces]),
  };
}

function toBytes(tensor: Tensor): Uint8Array {
  if (tensor.type !== "string")
    return new Uint8Array(tensor.data.buffer, tensor.data.byteOffset, tensor.data.byteLength);
  return Buffer.concat(
    tensor.data.flatMap((text) => {
      const bytes = Buffer.from(text);
      const size = Buffer.alloc(4);
      size.writeUInt32LE(bytes.byteLength);
      return [size, bytes];
    }),
  );
}

function readOutputs(body: Uint8Array, headers: Headers): Tensors {
  const headerBytes = Number(headers.get("inference-header-content-length") ?? body.byteLength);
  const { outputs } = parseExactly(new TextDecoder().decode(body.subarray(0, headerBytes)));
  let position = headerBytes;
  const entries = outputs.map(({ name, datatype, shape, data, parameters }): [string, Tensor] => {
    const type = toElementType(datatype);
    if (type === undefined) throw new TypeError(`The answer has a tensor of the unknown datatype ${datatype}.`);
    if (data !== undefined) return [name, fromJson(type, shape, data)];
    const start = position;
    position += parameters?.binary_data_size ?? 0;
    const bytes = body.subarray(start, position);
    return [name, type === "string" ? tensor("string", shape, readStrings(bytes)) : fromBytes(type, shape, bytes)];
  });
  if (position !== body.byteLength) throw new RangeError(`${body.byteLength - position} bytes follow the last output.`);
  return Object.fromEntries(entries);
}

/** Integers beyond 2^53 become `bigint`. */
function parseExactly(text: string): Header {
  if (!text.includes("INT64")) return JSON.parse(text);
  const exact = (_key: string, value: unknown, context?: { source?: string }): unknown =>
    typeof value === "number" && !Number.isSafeInteger(value) && /^-?\d+$/.test(context?.source ?? "")
      ? BigInt(context?.source ?? 0)
      : value;
  return JSON.parse(text, exact);
}

function fromJson(type: Tensor["type"], shape: readonly number[], data: readonly unknown[]): Tensor {
  const elements = data.flat(Number.POSITIVE_INFINITY);
  if (type === "string") return tensor("string", shape, elements.map(String));
  const { array, sizeBytes } = FIXED_ELEMENTS[type];
  const into = new array(new ArrayBuffer(elements.length * sizeBytes), 0, elements.length);
  if (into instanceof BigInt64Array || into instanceof BigUint64Array) into.set(elements.map(String).map(BigInt));
  else if (type === "float16") into.set(elements.map(Number).map(float16Bits));
  else into.set(elements.map(Number));
  return tensor(type, shape, into);
}

function readStrings(bytes: Uint8Array): string[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const strings: string[] = [];
  for (let position = 0; position < bytes.byteLength; ) {
    const end = position + 4 + view.getUint32(position, true);
    strings.push(new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(position + 4, end)));
    position = end;
  }
  return strings;
}
