import type { ElementType } from "../../tensor/element-type.ts";
import { toDatatype } from "../../tensor/element-type.ts";

/** A JSON Schema of draft 2020-12, as OpenAPI 3.1 uses it. */
export type Schema = { readonly [keyword: string]: unknown };

/** `JSON.rawJSON` of Node >= 21, which TypeScript does not declare yet. */
const { rawJSON } = JSON as typeof JSON & { rawJSON(text: string): unknown };

/** The first numbers that round to infinity: half-way between the largest value and the power of two above it. */
const FLOAT16_LIMIT = 65_520;
const FLOAT32_LIMIT = 2 ** 128 - 2 ** 103;

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
function float(limit?: number): Schema {
  const range = limit === undefined ? {} : { exclusiveMinimum: -limit, exclusiveMaximum: limit };
  return { anyOf: [{ type: "number", ...range }, { enum: ["NaN", "Infinity", "-Infinity"] }] };
}

const ELEMENT_SCHEMAS: Readonly<Record<ElementType, Schema>> = {
  float16: float(FLOAT16_LIMIT),
  float32: float(FLOAT32_LIMIT),
  float64: float(),
  int8: signed(8),
  int16: signed(16),
  int32: signed(32),
  int64: signed(64),
  uint8: unsigned(8),
  uint16: unsigned(16),
  uint32: unsigned(32),
  uint64: unsigned(64),
  bool: { enum: [true, false, 0, 1] },
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
