import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import {
  type ElementType,
  FIXED_ELEMENTS,
  type FixedElementType,
  type Tensor,
  type TensorData,
  tensor,
} from "@virga/core";
import { float16Bits } from "./float16-table.ts";

/** A tensor as the corpora write it: elements in `data`, or raw little-endian in `b64` or in a gzip `file`. */
export interface RecordedTensor {
  readonly dtype: ElementType;
  readonly shape: readonly number[];
  readonly data?: readonly (number | string)[];
  readonly b64?: string;
  readonly file?: string;
  /** On float16: `data` holds numbers, not bits. */
  readonly values?: boolean;
  readonly rtol?: number;
  readonly atol?: number;
}

/** Reads a recorded tensor; `folder` is where its `file` lies. */
export function readTensor(recorded: RecordedTensor, folder: string): Tensor {
  const { dtype, shape, data = [] } = recorded;
  if (dtype === "string") return tensor("string", shape, data.map(String));
  const raw = rawBytes(recorded, folder);
  if (raw !== undefined) return fromBytes(dtype, shape, raw);
  return tensor(dtype, shape, fromElements(dtype, data, recorded.values === true));
}

/** A tensor of fixed-size elements over little-endian bytes. */
export function fromBytes(type: FixedElementType, shape: readonly number[], bytes: Uint8Array): Tensor {
  const { array, sizeBytes } = FIXED_ELEMENTS[type];
  const aligned = new Uint8Array(bytes);
  return tensor(type, shape, new array(aligned.buffer, 0, aligned.byteLength / sizeBytes));
}

/** One row of a tensor, as a batch of one. */
export function rowOf(batch: Tensor, row: number): Tensor {
  const shape = [1, ...batch.shape.slice(1)];
  const size = shape.reduce((product, each) => product * each, 1);
  if (batch.type === "string") return tensor("string", shape, batch.data.slice(row * size, (row + 1) * size));
  const part = batch.data.subarray(row * size, (row + 1) * size);
  return fromBytes(batch.type, shape, new Uint8Array(part.buffer, part.byteOffset, part.byteLength));
}

function rawBytes({ b64, file }: RecordedTensor, folder: string): Uint8Array | undefined {
  if (b64 !== undefined) return Buffer.from(b64, "base64");
  return file === undefined ? undefined : gunzipSync(readFileSync(join(folder, file)));
}

function fromElements(
  type: FixedElementType,
  elements: readonly (number | string)[],
  isValues: boolean,
): TensorData[FixedElementType] {
  const { array, sizeBytes } = FIXED_ELEMENTS[type];
  const data = new array(new ArrayBuffer(elements.length * sizeBytes), 0, elements.length);
  for (const [index, element] of elements.entries()) {
    if (data instanceof BigInt64Array || data instanceof BigUint64Array) data[index] = BigInt(element);
    else data[index] = isValues && type === "float16" ? float16Bits(Number(element)) : Number(element);
  }
  return data;
}
