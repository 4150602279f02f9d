import { InferenceError } from "../../errors.ts";
import type { Extent } from "./byte-source.ts";
import { corrupt, type Field, type MessageReader } from "./message-reader.ts";

/** Where a tensor's elements are. */
export type TensorStorage =
  /** Raw little-endian bytes inside of the model file. */
  | { readonly kind: "inline"; readonly content: Extent }
  /** Raw little-endian bytes in a file beside it. */
  | {
      readonly kind: "external";
      /** Below the model's folder, with "/" between its parts. */
      readonly location: string;
      readonly offset: number;
      /** Where absent: as many as the tensor needs. */
      readonly sizeBytes?: number;
      /** What the runtime's kernels have made of it, in the same file; absent where nothing is. */
      readonly packed?: readonly PackedCopy[];
    }
  /** Element by element in fields of the message: strings, and what old exporters write. */
  | { readonly kind: "listed" };

/** A tensor in the order in which one kind of kernel reads it. Source: onnxruntime, tensor_external_data_info.cc. */
export interface PackedCopy {
  /** The kernel, and a hash of what it made: another machine that makes something else takes no notice of the copy. */
  readonly key: string;
  readonly parts: readonly { readonly offset: number; readonly sizeBytes: number }[];
}

/** A constant of a model: what it is and where its elements are, without reading them. */
export interface TensorEntry {
  readonly name: string;
  /** Number of `TensorProto.DataType`. */
  readonly elementType: number;
  readonly shape: readonly number[];
  readonly storage: TensorStorage;
  /** The whole message. */
  readonly extent: Extent;
}

/** Bits of an element by `TensorProto.DataType`; strings have no fixed size. Source: onnx/onnx.proto. */
const ELEMENT_BITS: ReadonlyMap<number, number> = new Map([
  ...[2, 3, 9, 17, 18, 19, 20, 24].map((type) => [type, 8] as const),
  ...[4, 5, 10, 16].map((type) => [type, 16] as const),
  ...[1, 6, 12].map((type) => [type, 32] as const),
  ...[7, 11, 13, 14].map((type) => [type, 64] as const),
  [15, 128],
  ...[21, 22, 23].map((type) => [type, 4] as const),
  ...[25, 26].map((type) => [type, 2] as const),
]);

const FLOAT = 1;
const DOUBLE = 11;
/** `TensorProto.DataLocation`. */
const EXTERNAL = 1n;

/** The bytes that a tensor's elements take in a raw form; `undefined` for strings and unknown types. */
export function dataSizeBytes({ elementType, shape }: Pick<TensorEntry, "elementType" | "shape">): number | undefined {
  const bits = ELEMENT_BITS.get(elementType);
  const elements = shape.reduce((product, size) => product * size, 1);
  return bits === undefined ? undefined : Math.ceil((elements * bits) / 8);
}

/**
 * Reads a `TensorProto` but for its elements.
 *
 * @throws InferenceError `WEIGHTS_CORRUPT`, or `MODEL_UNSUPPORTED` for a data file outside of the model's folder.
 */
export function readTensorEntry(reader: MessageReader, extent: Extent): TensorEntry {
  const shape: number[] = [];
  const lists: Field[] = [];
  const external = new Map<string, string>();
  let name = "";
  let elementType = 0;
  let isExternal = false;
  let raw: Extent | undefined;
  for (const field of reader.fields(extent)) {
    switch (field.number) {
      case 1:
        shape.push(...reader.integers(field).map(toSize));
        break;
      case 2:
        elementType = Number(field.integer);
        break;
      case 4:
      case 10:
        lists.push(field);
        break;
      case 8:
        name = reader.text(field.content);
        break;
      case 9:
        raw = field.content;
        break;
      case 13:
        external.set(...readTextEntry(reader, field.content));
        break;
      case 14:
        isExternal = field.integer === EXTERNAL;
        break;
    }
  }
  if (!Number.isSafeInteger(dataSizeBytes({ elementType, shape }) ?? 0))
    throw corrupt("has a tensor beyond all bounds");
  const storage = isExternal ? externalStorage(external) : inlineStorage(raw ?? packedList(lists, elementType));
  return { name, elementType, shape, storage, extent };
}

function toSize(dimension: bigint): number {
  if (dimension < 0n || dimension > BigInt(Number.MAX_SAFE_INTEGER))
    throw corrupt(`has a tensor of the size ${dimension}`);
  return Number(dimension);
}

function inlineStorage(content: Extent | undefined): TensorStorage {
  return content === undefined ? { kind: "listed" } : { kind: "inline", content };
}

/** The elements of a list of floats or doubles in one piece lie there as raw data would. */
function packedList(lists: readonly Field[], elementType: number): Extent | undefined {
  const [list] = lists;
  if (list === undefined || lists.length > 1 || !list.isContent) return undefined;
  return (elementType === FLOAT && list.number === 4) || (elementType === DOUBLE && list.number === 10)
    ? list.content
    : undefined;
}

/** Reads a `StringStringEntryProto`. */
export function readTextEntry(reader: MessageReader, extent: Extent): [key: string, value: string] {
  let key = "";
  let value = "";
  for (const field of reader.fields(extent)) {
    if (field.number === 1) key = reader.text(field.content);
    else if (field.number === 2) value = reader.text(field.content);
  }
  return [key, value];
}

function externalStorage(entries: ReadonlyMap<string, string>): TensorStorage {
  const sizeBytes = entries.get("length");
  const packed = [...entries].flatMap(([key, value]) => (key.startsWith("prepacked") ? [packedCopy(value)] : []));
  return {
    kind: "external",
    location: checkedLocation(entries.get("location") ?? ""),
    offset: toCount(entries.get("offset") ?? "0"),
    ...(sizeBytes === undefined ? {} : { sizeBytes: toCount(sizeBytes) }),
    ...(packed.length === 0 ? {} : { packed }),
  };
}

/** Written as `key|offset;length;checksum`, with one such triple for each part. */
function packedCopy(text: string): PackedCopy {
  const [key = "", ...parts] = text.split("|");
  const counts = parts.map((part) => part.split(";", 2).map(toCount));
  return { key, parts: counts.map(([offset = 0, sizeBytes = 0]) => ({ offset, sizeBytes })) };
}

function toCount(text: string): number {
  const count = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isSafeInteger(count)) return count;
  throw corrupt(`places external data at ${JSON.stringify(text.slice(0, 40))}, which is no number`);
}

/** A model must not read or publish files that are not its own. */
function checkedLocation(location: string): string {
  const parts = location.split(/[\\/]/).filter((part) => part !== ".");
  const isBelow = !parts.includes("..") && !parts.includes("") && !/^[a-z]:/i.test(location);
  if (isBelow && parts.length > 0 && !location.includes("\0")) return parts.join("/");
  throw new InferenceError(
    "MODEL_UNSUPPORTED",
    `The model names a weights file outside of its own folder (${JSON.stringify(location.slice(0, 100))}), which is not allowed: keep both in one folder.`,
  );
}
