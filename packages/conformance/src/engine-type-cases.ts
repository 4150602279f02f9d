import { type ElementType, FIXED_ELEMENTS, type FixedElementType, type Tensor, tensor } from "@virga/core";
import { assertTensor, type EngineCase, identity, sessionCase } from "./engine-harness.ts";

const TEXTS = [
  "",
  "plain",
  "žluťoučký kůň",
  "日本語",
  "🐎 flag 🇨🇿",
  "\u202eright to left",
  "tab\tline\n",
  "x".repeat(100_000),
];

/** Each type with the values that a careless conversion loses. */
const EDGES: Readonly<Record<ElementType, Tensor>> = {
  float16: sequence(
    "float16",
    Uint16Array.of(0, 0x8000, 1, 0x3ff, 0x400, 0x3c01, 0x7bff, 0x7c00, 0xfc00, 0x7e01, 0xffff),
  ),
  float32: sequence("float32", Float32Array.of(0, -0, 1e-45, 0.1, 16777217, 3.4e38, Infinity, -Infinity, Number.NaN)),
  float64: sequence(
    "float64",
    Float64Array.of(0, -0, 5e-324, 0.1, 2 ** 53 - 1, 1.7e308, Infinity, -Infinity, Number.NaN),
  ),
  int8: sequence("int8", Int8Array.of(-128, -1, 0, 1, 127)),
  int16: sequence("int16", Int16Array.of(-32768, -1, 0, 32767)),
  int32: sequence("int32", Int32Array.of(-(2 ** 31), -1, 0, 2 ** 31 - 1)),
  int64: sequence("int64", BigInt64Array.of(-(2n ** 63n), -(2n ** 53n) - 1n, -1n, 0n, 2n ** 53n + 1n, 2n ** 63n - 1n)),
  uint8: sequence("uint8", Uint8Array.of(0, 1, 128, 255)),
  uint16: sequence("uint16", Uint16Array.of(0, 1, 32768, 65535)),
  uint32: sequence("uint32", Uint32Array.of(0, 1, 2 ** 31, 2 ** 32 - 1)),
  uint64: sequence("uint64", BigUint64Array.of(0n, 2n ** 53n + 1n, 2n ** 63n, 2n ** 64n - 1n)),
  bool: sequence("bool", Uint8Array.of(0, 1, 1, 0)),
  string: tensor("string", [TEXTS.length], TEXTS),
};

function sequence<Type extends FixedElementType>(
  type: Type,
  data: Tensor<Type>["data"] & { readonly length: number },
): Tensor {
  return tensor<FixedElementType>(type, [data.length], data);
}

/** Gives tensors to an identity model and asserts that they come back as they were. */
function roundTrip(name: string, type: ElementType, tensors: readonly Tensor[]): EngineCase {
  return sessionCase(name, identity(type), async (session) => {
    for (const x of tensors) assertTensor((await session.run({ x }))["y"], x);
  });
}

function reshaped(input: Tensor, shape: readonly number[]): Tensor {
  const length = shape.reduce((product, size) => product * size, 1);
  return { ...input, shape, data: input.data.slice(0, length) } as Tensor;
}

/** Three elements in the middle of a larger buffer, of which every other element is filled with ones. */
function offset(type: FixedElementType): Tensor {
  const { array, sizeBytes } = FIXED_ELEMENTS[type];
  const bytes = Uint8Array.from({ length: 10 * sizeBytes }, (_, index) => Math.floor(index / sizeBytes) % 2);
  return { type, shape: [3], data: new array(bytes.buffer, 5 * sizeBytes, 3) } as Tensor;
}

function casesOf(type: ElementType): readonly EngineCase[] {
  const edges = EDGES[type];
  return [
    roundTrip(`${type}: edges of its range come back bit for bit`, type, [edges]),
    roundTrip(`${type}: a scalar keeps its shape []`, type, [reshaped(edges, [])]),
    roundTrip(`${type}: empty tensors keep their shapes`, type, [reshaped(edges, [0]), reshaped(edges, [2, 0, 3])]),
    roundTrip(`${type}: two and three dimensions keep their order`, type, [
      reshaped(edges, [2, 2]),
      reshaped(edges, [1, 2, 2]),
    ]),
  ];
}

/** What every engine owes each element type. */
export const ENGINE_TYPE_CASES: readonly EngineCase[] = [
  ...(Object.keys(EDGES) as ElementType[]).flatMap(casesOf),
  ...(Object.keys(FIXED_ELEMENTS) as FixedElementType[]).map((type) =>
    roundTrip(`${type}: data in the middle of a larger buffer`, type, [offset(type)]),
  ),
  roundTrip("a tensor of 200,000 elements comes back whole", "float32", [
    sequence(
      "float32",
      Float32Array.from({ length: 200_000 }, (_, index) => index / 7),
    ),
  ]),
];
