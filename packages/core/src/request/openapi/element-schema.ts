import type { ElementType } from "../../tensor/element-type.ts";
import { toDatatype } from "../../tensor/element-type.ts";

/** A JSON Schema of draft 2020-12, as OpenAPI 3.1 uses it. */
export type Schema = { readonly [keyword: string]: unknown };

/** `JSON.rawJSON` of Node >= 21, which TypeScript does not declare yet. */
const { rawJSON } = JSON as typeof JSON & { rawJSON(text: string): unknown };

/** Largest finite values; beyond them a number cannot be carried by the type. */
const MAX_FLOAT16 = 65_504;
const MAX_FLOAT32 = 3.4028234663852886e38;

function integer(minimum: bigint, maximum: bigint): Schema {
  return { type: "integer", minimum: rawJSON(String(minimum)), maximum: rawJSON(String(maximum)) };
}

function signed(bits: number): Schema {
  const limit = 2n ** BigInt(bits - 1);
  return integer(-limit, limit - 1n);
}

function unsigned(bits: number): Schema {
  return integer(0n, 2n ** BigInt(bits) - 1n);
}

/** JSON has no NaN and no infinities: they stand as strings, both ways. */
function float(range: Schema): Schema {
  return { anyOf: [{ type: "number", ...range }, { enum: ["NaN", "Infinity", "-Infinity"] }] };
}

const ELEMENT_SCHEMAS: Readonly<Record<ElementType, Schema>> = {
  float16: float({ minimum: -MAX_FLOAT16, maximum: MAX_FLOAT16 }),
  float32: float({ minimum: -MAX_FLOAT32, maximum: MAX_FLOAT32 }),
  float64: float({}),
  int8: signed(8),
  int16: signed(16),
  int32: signed(32),
  int64: signed(64),
  uint8: unsigned(8),
  uint16: unsigned(16),
  uint32: unsigned(32),
  uint64: unsigned(64),
  bool: { type: "boolean" },
  // The runtime cuts strings at NUL, so the service refuses them.
  string: { type: "string", pattern: "^[^\\u0000]*$" },
};

/** One element, under its Open Inference datatype. */
export function elementReference(type: ElementType): Schema {
  return { $ref: `#/components/schemas/${toDatatype(type)}` };
}

/** An element, or elements nested to any depth. */
export function nestingReference(type: ElementType): Schema {
  return { $ref: `#/components/schemas/${toDatatype(type)}_nested` };
}

/** The schemas that the references point to, for the types that occur. */
export function elementSchemas(types: Iterable<ElementType>): Record<string, Schema> {
  const entries = [...new Set(types)].flatMap((type): [string, Schema][] => [
    [toDatatype(type), ELEMENT_SCHEMAS[type]],
    [
      `${toDatatype(type)}_nested`,
      { anyOf: [elementReference(type), { type: "array", items: nestingReference(type) }] },
    ],
  ]);
  return Object.fromEntries(entries);
}
