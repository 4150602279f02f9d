import assert from "node:assert/strict";
import { toDatatype } from "@virga/core";
import { type RecordedTensor, readTensor } from "../../src/corpus/recorded-tensor.ts";
import { assertSameBytes } from "../../src/same.ts";

/** How an answer spells tensors: TensorFlow Serving's rows or columns, or Open Inference's JSON or binary. */
export type AnswerForm = "rows" | "columns" | "json" | "binary";

/** Tensors by name; their `data` is what JSON says, each float32 as the shortest number that means it. */
export type RecordedTensors = Readonly<Record<string, RecordedTensor>>;

/** Fails where an answer does not hold exactly these tensors: the same numbers in JSON, the same bits in binary. */
export async function assertAnswer(answer: Response, form: AnswerForm, tensors: RecordedTensors): Promise<void> {
  const bytes = new Uint8Array(await answer.arrayBuffer());
  const headerBytes = answer.headers.get("inference-header-content-length");
  const text = new TextDecoder().decode(bytes.subarray(0, Number(headerBytes ?? bytes.byteLength)));
  assert.equal(answer.status, 200, text);
  assert.equal(headerBytes !== null, form === "binary", `Inference-Header-Content-Length was ${headerBytes}`);
  const document: unknown = JSON.parse(text);
  const columns = Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, toRows(tensor)]));
  if (form === "rows") return assert.deepEqual(document, { predictions: toPredictions(columns) });
  if (form === "columns") return assert.deepEqual(document, { outputs: columns });
  const names = outputNames(document);
  assert.deepEqual([...names].sort(), Object.keys(tensors).sort());
  const expected = names.flatMap((name) => {
    const tensor = tensors[name];
    return tensor === undefined ? [] : [{ name, tensor, bytes: toBytes(tensor) }];
  });
  const outputs = expected.map(({ name, tensor, bytes: { byteLength } }) => ({
    ...{ name, datatype: toDatatype(tensor.dtype), shape: tensor.shape },
    ...(form === "binary" ? { parameters: { binary_data_size: byteLength } } : { data: tensor.data }),
  }));
  assert.deepEqual(document, { ...Object(document), outputs });
  const rest = Buffer.concat(form === "binary" ? expected.map((each) => each.bytes) : []);
  assertSameBytes(bytes.subarray(Number(headerBytes ?? bytes.byteLength)), rest, "the tensors' bytes");
}

function toPredictions(columns: Readonly<Record<string, readonly unknown[]>>): object[] {
  const [first = []] = Object.values(columns);
  return first.map((_, row) => Object.fromEntries(Object.entries(columns).map(([name, rows]) => [name, rows[row]])));
}

/** Of a tensor with one or two dimensions. */
function toRows({ data = [], shape }: RecordedTensor): readonly unknown[] {
  const [count = 0, width] = shape;
  if (width === undefined) return data;
  return Array.from({ length: count }, (_, row) => data.slice(row * width, (row + 1) * width));
}

function outputNames(document: unknown): string[] {
  const { outputs }: { outputs?: unknown } = Object(document);
  return Array.isArray(outputs) ? outputs.map((output) => String(Object(output).name)) : [];
}

/** Source: Open Inference Protocol, binary tensor data extension. */
function toBytes(recorded: RecordedTensor): Uint8Array {
  const { type, data } = readTensor(recorded, "");
  if (type !== "string") return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return Buffer.concat(
    data.flatMap((text) => {
      const size = Buffer.alloc(4);
      size.writeUInt32LE(Buffer.byteLength(text));
      return [size, Buffer.from(text)];
    }),
  );
}
