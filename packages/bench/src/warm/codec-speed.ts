import { type Signature, tensor } from "@virga/core";
import { decodeOpenInference } from "@virga/core/open-inference";
import { interleave, milliseconds } from "../frame/rounds.ts";
import { type Goal, type Row, toRow } from "../frame/row.ts";
import { expectSameNumbers } from "./same-answers.ts";
import { IMAGE_SHAPE, imageNumbers } from "./subjects.ts";

/** How a client writes an image's numbers. */
interface Writing {
  readonly numbers: string;
  readonly write: (value: number) => number;
  readonly goal?: Goal;
}

const WRITINGS: readonly Writing[] = [
  {
    numbers: "float32 in full, up to 20 characters",
    write: (value) => value,
    goal: { kind: "atLeast", value: 4, of: "ratioToNaive" },
  },
  { numbers: "rounded to 4 decimals", write: (value) => Number(value.toFixed(4)) },
  { numbers: "pixels from 0 to 255", write: (value) => Math.round((value + 2.5) * 51) },
];

const REPEATS = 5;
const WARM_UPS = 5;
const HEADERS: Headers = new Headers({ "content-type": "application/json" });
const MODEL = { name: "identity", version: "1" };
const SIGNATURE: Signature = {
  inputs: [{ name: "image", type: "float32", shape: IMAGE_SHAPE }],
  outputs: [{ name: "image", type: "float32", shape: IMAGE_SHAPE }],
};

/** JSON to tensor and back, against the language's own; both from bytes to bytes, and with the same bits. */
export async function measureCodecs(rounds: number): Promise<Row[]> {
  const rows: Row[] = [];
  for (const writing of WRITINGS) rows.push(await measureDecode(writing, rounds));
  return [...rows, await measureEncode(rounds)];
}

async function measureDecode({ numbers, write, goal }: Writing, rounds: number): Promise<Row> {
  const body = toBody(Array.from(imageNumbers(), write));
  const metric = `JSON decode of ${imageNumbers().length} numbers, ${numbers}`;
  expectSameNumbers(metric, decodeNaively(body), decode(body));
  const naive = milliseconds(REPEATS, () => decodeNaively(body));
  const ours = milliseconds(REPEATS, () => decode(body));
  const samples = await interleave({ naive, ours }, { rounds, warmUps: WARM_UPS });
  return toRow({ metric, unit: "ms", ...samples, ...(goal && { goal }) });
}

async function measureEncode(rounds: number): Promise<Row> {
  const values = imageNumbers();
  const metric = `JSON encode of ${values.length} numbers, float32`;
  expectSameNumbers(metric, values, decodeNaively(await encode(values)));
  const naive = milliseconds(REPEATS, () => encodeNaively(values));
  const ours = milliseconds(REPEATS, () => encode(values));
  return toRow({ metric, unit: "ms", ...(await interleave({ naive, ours }, { rounds, warmUps: WARM_UPS })) });
}

function toBody(data: readonly number[]): Buffer {
  return Buffer.from(JSON.stringify({ inputs: [{ name: "image", datatype: "FP32", shape: IMAGE_SHAPE, data }] }));
}

function decode(body: Buffer): Float32Array {
  const { inputs } = decodeOpenInference({ body, headers: HEADERS }, SIGNATURE);
  const data = inputs["image"]?.data;
  if (data instanceof Float32Array) return data;
  throw new TypeError("the image is not float32");
}

interface JsonTensors {
  readonly inputs?: readonly { readonly data: readonly number[] }[];
  readonly outputs?: readonly { readonly data: readonly number[] }[];
}

function decodeNaively(body: Buffer): Float32Array {
  const { inputs, outputs } = JSON.parse(body.toString()) as JsonTensors;
  return Float32Array.from((inputs ?? outputs)?.[0]?.data ?? []);
}

/** Any request gives an answer to write; this one is small. */
const SMALL_REQUEST = Buffer.from(JSON.stringify({ inputs: [] }));

async function encode(values: Float32Array): Promise<Buffer> {
  const { respond } = decodeOpenInference({ body: SMALL_REQUEST, headers: HEADERS }, SIGNATURE);
  return Buffer.from(respond({ image: tensor("float32", IMAGE_SHAPE, values) }, MODEL).body);
}

function encodeNaively(values: Float32Array): Buffer {
  const output = { name: "image", datatype: "FP32", shape: IMAGE_SHAPE, data: Array.from(values) };
  return Buffer.from(JSON.stringify({ model_name: MODEL.name, model_version: MODEL.version, outputs: [output] }));
}
