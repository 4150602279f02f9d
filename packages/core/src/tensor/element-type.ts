/** The array that holds each element type; `float16` is carried as raw bits, `bool` as 0 and 1. */
export interface TensorData {
  float16: Uint16Array;
  float32: Float32Array;
  float64: Float64Array;
  int8: Int8Array;
  int16: Int16Array;
  int32: Int32Array;
  int64: BigInt64Array;
  uint8: Uint8Array;
  uint16: Uint16Array;
  uint32: Uint32Array;
  uint64: BigUint64Array;
  bool: Uint8Array;
  string: readonly string[];
}

/** Every element type that a tensor here can have. */
export type ElementType = keyof TensorData;
/** An element type whose elements all have the same size. */
export type FixedElementType = Exclude<ElementType, "string">;

type ArrayConstructor<Type extends FixedElementType> = new (
  buffer: ArrayBufferLike,
  byteOffset: number,
  length: number,
) => TensorData[Type];

interface FixedElement<Type extends FixedElementType> {
  /** The type's name in the Open Inference Protocol. */
  readonly datatype: string;
  readonly sizeBytes: number;
  readonly array: ArrayConstructor<Type>;
}

/**
 * Each element type of fixed size: its Open Inference name, its size and its array.
 *
 * Source: Open Inference Protocol, "Tensor Data Types".
 */
export const FIXED_ELEMENTS: { readonly [Type in FixedElementType]: FixedElement<Type> } = {
  float16: { datatype: "FP16", sizeBytes: 2, array: Uint16Array },
  float32: { datatype: "FP32", sizeBytes: 4, array: Float32Array },
  float64: { datatype: "FP64", sizeBytes: 8, array: Float64Array },
  int8: { datatype: "INT8", sizeBytes: 1, array: Int8Array },
  int16: { datatype: "INT16", sizeBytes: 2, array: Int16Array },
  int32: { datatype: "INT32", sizeBytes: 4, array: Int32Array },
  int64: { datatype: "INT64", sizeBytes: 8, array: BigInt64Array },
  uint8: { datatype: "UINT8", sizeBytes: 1, array: Uint8Array },
  uint16: { datatype: "UINT16", sizeBytes: 2, array: Uint16Array },
  uint32: { datatype: "UINT32", sizeBytes: 4, array: Uint32Array },
  uint64: { datatype: "UINT64", sizeBytes: 8, array: BigUint64Array },
  bool: { datatype: "BOOL", sizeBytes: 1, array: Uint8Array },
};

const byDatatype = new Map<string, ElementType>([["BYTES", "string"]]);
for (const [type, element] of Object.entries(FIXED_ELEMENTS)) byDatatype.set(element.datatype, type as ElementType);

/** The element type that an Open Inference `datatype` names, if there is one. */
export function toElementType(datatype: string): ElementType | undefined {
  return byDatatype.get(datatype);
}

/** The Open Inference `datatype` of an element type. */
export function toDatatype(type: ElementType): string {
  return type === "string" ? "BYTES" : FIXED_ELEMENTS[type].datatype;
}
