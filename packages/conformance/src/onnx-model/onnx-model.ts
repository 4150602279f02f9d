import {
  bytesField,
  floatField,
  floatsField,
  integerField,
  integersField,
  messageField,
  type Pieces,
  stringField,
} from "./protobuf-writer.ts";

/** Numbers of `TensorProto.DataType`; source: onnx/onnx.proto of ONNX 1.19. */
const DATA_TYPES = {
  float32: 1,
  uint8: 2,
  int8: 3,
  uint16: 4,
  int16: 5,
  int32: 6,
  int64: 7,
  string: 8,
  bool: 9,
  float16: 10,
  float64: 11,
  uint32: 12,
  uint64: 13,
  complex64: 14,
  bfloat16: 16,
  float8e4m3fn: 17,
  uint4: 21,
  int4: 22,
} as const;

/** An element type of ONNX, those that no runtime binding carries included. */
export type OnnxElementType = keyof typeof DATA_TYPES;

/** What a model's input or output is. */
export type ValueType =
  | {
      readonly tensor: OnnxElementType;
      /** Sizes, names of free dimensions, `null` for unnamed free ones; unknown rank where absent. */
      readonly shape?: readonly (number | string | null)[];
    }
  | { readonly sequence: ValueType }
  | { readonly map: OnnxElementType; readonly value: ValueType }
  | { readonly optional: ValueType };

/** An input or output under its name. */
export type Value = { readonly name: string } & ValueType;

/** Constant data of a model: little-endian elements, strings, or a place in a file beside the model. */
export interface Initializer {
  readonly name: string;
  readonly type: OnnxElementType;
  readonly shape: readonly number[];
  readonly data:
    | ArrayBufferView
    | readonly string[]
    | { readonly location: string; readonly offset?: number; readonly sizeBytes?: number };
}

/** One attribute of a node. */
export type Attribute =
  | { readonly int: number | bigint }
  | { readonly float: number }
  | { readonly text: string }
  | { readonly ints: readonly (number | bigint)[] }
  | { readonly floats: readonly number[] }
  | { readonly texts: readonly string[] }
  | { readonly tensor: Initializer }
  | { readonly graph: GraphDefinition };

/** One operation of a graph. */
export interface Operation {
  readonly operator: string;
  readonly domain?: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes?: Readonly<Record<string, Attribute>>;
}

/** A graph to be written: a model's own, or a branch of it. */
export interface GraphDefinition {
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
  readonly operations: readonly Operation[];
  readonly initializers?: readonly Initializer[];
}

/** A model to be written. */
export interface ModelDefinition extends GraphDefinition {
  /** Version of each operator set by domain; `{ "": 21 }` where absent. */
  readonly operatorSets?: Readonly<Record<string, number>>;
}

/** Writes a model as an `.onnx` file. Source: onnx/onnx.proto. */
export function encodeModel(model: ModelDefinition): Uint8Array {
  const operatorSets = Object.entries(model.operatorSets ?? { "": 21 }).flatMap(([domain, version]) =>
    messageField(8, [...stringField(1, domain), ...integerField(2, version)]),
  );
  return Buffer.concat([...integerField(1, 10), ...messageField(7, encodeGraph(model)), ...operatorSets]);
}

function encodeGraph({ operations, initializers = [], inputs, outputs }: GraphDefinition): Pieces {
  return [
    ...operations.flatMap((operation) => messageField(1, encodeOperation(operation))),
    ...stringField(2, "graph"),
    ...initializers.flatMap((initializer) => messageField(5, encodeInitializer(initializer))),
    ...inputs.flatMap((value) => messageField(11, encodeValue(value))),
    ...outputs.flatMap((value) => messageField(12, encodeValue(value))),
  ];
}

function encodeOperation(operation: Operation): Pieces {
  return [
    ...operation.inputs.flatMap((name) => stringField(1, name)),
    ...operation.outputs.flatMap((name) => stringField(2, name)),
    ...stringField(4, operation.operator),
    ...Object.entries(operation.attributes ?? {}).flatMap(([name, attribute]) =>
      messageField(5, [...stringField(1, name), ...encodeAttribute(attribute)]),
    ),
    ...stringField(7, operation.domain ?? ""),
  ];
}

function encodeAttribute(attribute: Attribute): Pieces {
  if ("float" in attribute) return [...floatField(2, attribute.float), ...integerField(20, 1)];
  if ("int" in attribute) return [...integerField(3, attribute.int), ...integerField(20, 2)];
  if ("text" in attribute) return [...stringField(4, attribute.text), ...integerField(20, 3)];
  if ("tensor" in attribute) return [...messageField(5, encodeInitializer(attribute.tensor)), ...integerField(20, 4)];
  if ("graph" in attribute) return [...messageField(6, encodeGraph(attribute.graph)), ...integerField(20, 5)];
  if ("floats" in attribute) return [...floatsField(7, attribute.floats), ...integerField(20, 6)];
  if ("ints" in attribute) return [...integersField(8, attribute.ints), ...integerField(20, 7)];
  return [...attribute.texts.flatMap((text) => stringField(9, text)), ...integerField(20, 8)];
}

function encodeInitializer({ name, type, shape, data }: Initializer): Pieces {
  return [
    ...integersField(1, shape),
    ...integerField(2, DATA_TYPES[type]),
    ...stringField(8, name),
    ...encodeData(data),
  ];
}

function encodeData(data: Initializer["data"]): Pieces {
  if (ArrayBuffer.isView(data)) return bytesField(9, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  if (!("location" in data)) return data.flatMap((text) => stringField(6, text));
  const entries: [string, string | number | undefined][] = [
    ["location", data.location],
    ["offset", data.offset],
    ["length", data.sizeBytes],
  ];
  const written = entries.flatMap(([name, value]) =>
    value === undefined ? [] : messageField(13, [...stringField(1, name), ...stringField(2, String(value))]),
  );
  return [...written, ...integerField(14, 1)];
}

function encodeValue(value: Value): Pieces {
  return [...stringField(1, value.name), ...messageField(2, encodeType(value))];
}

function encodeType(type: ValueType): Pieces {
  if ("sequence" in type) return messageField(4, messageField(1, encodeType(type.sequence)));
  if ("optional" in type) return messageField(9, messageField(1, encodeType(type.optional)));
  if ("map" in type) {
    return messageField(5, [...integerField(1, DATA_TYPES[type.map]), ...messageField(2, encodeType(type.value))]);
  }
  const dimensions = type.shape?.flatMap((dimension) => messageField(1, encodeDimension(dimension)));
  return messageField(1, [
    ...integerField(1, DATA_TYPES[type.tensor]),
    ...(dimensions === undefined ? [] : messageField(2, dimensions)),
  ]);
}

function encodeDimension(dimension: number | string | null): Pieces {
  if (typeof dimension === "number") return integerField(1, dimension);
  return dimension === null ? [] : stringField(2, dimension);
}
