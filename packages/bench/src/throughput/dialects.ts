import type { Tensors } from "@virga/core";
import { type Body, toBinaryBody, toJsonBody } from "../warm/bodies.ts";
import type { Form } from "./workloads.ts";

/** How a server is asked and how it answers, form by form. */
export interface Dialect {
  readonly toBody: Readonly<Record<Form, (inputs: Tensors) => Body>>;
  readonly readAnswer: Readonly<Record<Form, (head: string, body: Buffer) => Float32Array>>;
}

const JSON_TYPE = { "content-type": "application/json" };
const BINARY_TYPE = { "content-type": "application/octet-stream" };

/** The Open Inference Protocol with its binary tensor data extension. */
export const OPEN_INFERENCE: Dialect = {
  toBody: { json: toJsonBody, tokens: askForBinary, image: toBinaryBody },
  readAnswer: { json: readJson, tokens: readBinary, image: readBinary },
};

/** The protocol's JSON, and bare float32 bytes where numbers travel as bytes: what people write by hand. */
export const BARE_BYTES: Dialect = {
  toBody: { json: toJsonBody, tokens: askForBinary, image: toBareBytes },
  readAnswer: { json: readJson, tokens: readBareBytes, image: readBareBytes },
};

/** The protocol's JSON, and base64 inside it where numbers travel as bytes: for servers without the extension. */
export const BASE64: Dialect = {
  toBody: { json: toJsonBody, tokens: askForBinary, image: toBase64 },
  readAnswer: { json: readJson, tokens: readBase64, image: readBase64 },
};

/** Inputs in JSON, outputs asked for as bytes. */
function askForBinary(inputs: Tensors): Body {
  const { bytes, headers } = toJsonBody(inputs);
  const request = JSON.parse(Buffer.from(bytes).toString());
  return { bytes: Buffer.from(JSON.stringify({ ...request, parameters: { binary_data_output: true } })), headers };
}

function toBareBytes(inputs: Tensors): Body {
  return { bytes: floatBytes(inputs), headers: BINARY_TYPE };
}

function toBase64(inputs: Tensors): Body {
  const [name = ""] = Object.keys(inputs);
  const data = [floatBytes(inputs).toString("base64")];
  const input = { name, shape: [1], datatype: "BYTES", parameters: { content_type: "base64" }, data };
  return { bytes: Buffer.from(JSON.stringify({ inputs: [input] })), headers: JSON_TYPE };
}

/** The bytes of the only input. */
function floatBytes(inputs: Tensors): Buffer {
  const [only, ...others] = Object.values(inputs);
  if (only?.type !== "float32" || others.length > 0) throw new TypeError("bare bytes are of one float32 tensor");
  return Buffer.from(only.data.buffer, only.data.byteOffset, only.data.byteLength);
}

interface JsonAnswer<Element> {
  readonly outputs: readonly { readonly data: readonly Element[] }[];
}

function readJson(_head: string, body: Buffer): Float32Array {
  const { outputs } = JSON.parse(body.toString()) as JsonAnswer<number>;
  return Float32Array.from(outputs[0]?.data ?? []);
}

function readBinary(head: string, body: Buffer): Float32Array {
  const headerBytes = /\r\ninference-header-content-length: *(\d+)/i.exec(head)?.[1];
  if (headerBytes === undefined) throw new Error("the answer does not use the binary tensor data extension");
  return readBareBytes(head, body.subarray(Number(headerBytes)));
}

function readBareBytes(_head: string, body: Buffer): Float32Array {
  return new Float32Array(Uint8Array.from(body).buffer);
}

function readBase64(head: string, body: Buffer): Float32Array {
  const { outputs } = JSON.parse(body.toString()) as JsonAnswer<string>;
  return readBareBytes(head, Buffer.from(outputs[0]?.data[0] ?? "", "base64"));
}
