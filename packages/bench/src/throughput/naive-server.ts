import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { askedService } from "./asked-service.ts";

/** What stands in tutorials: the whole body, JSON.parse, a typed array, run, JSON.stringify. */
interface NaiveInput {
  readonly name: string;
  readonly shape: readonly number[];
  readonly datatype: string;
  readonly data: readonly number[];
}

const IMAGE_SHAPE = [1, 3, 224, 224];

const { port, path, form, tuning } = askedService();
const options: InferenceSession.SessionOptions = tuning
  ? {
      intraOpNumThreads: tuning.threads,
      extra: { "session.intra_op.allow_spinning": tuning.isSpinning ? "1" : "0" },
    }
  : {};
const session = await InferenceSession.create(path, options);

createServer((incoming, outgoing) => {
  answer(incoming, outgoing).catch((error: unknown) => outgoing.writeHead(500).end(String(error)));
}).listen(port, "127.0.0.1");

async function answer(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  if (incoming.method === "GET") {
    outgoing.end();
    return;
  }
  const body = await readBody(incoming);
  const results = await session.run(form === "image" ? readImage(body) : readInputs(body));
  const [bytes, type] =
    form === "json" ? [toJson(results), "application/json"] : [toBytes(results), "application/octet-stream"];
  outgoing.writeHead(200, { "content-type": type, "content-length": bytes.byteLength }).end(bytes);
}

async function readBody(incoming: IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of incoming) pieces.push(piece as Buffer);
  return Buffer.concat(pieces);
}

function readImage(body: Buffer): Record<string, Tensor> {
  const numbers = new Float32Array(body.buffer.slice(body.byteOffset, body.byteOffset + body.byteLength));
  return { [session.inputNames[0] ?? ""]: new Tensor("float32", numbers, IMAGE_SHAPE) };
}

function readInputs(body: Buffer): Record<string, Tensor> {
  const { inputs } = JSON.parse(body.toString()) as { inputs: readonly NaiveInput[] };
  return Object.fromEntries(inputs.map((input) => [input.name, toTensor(input)]));
}

function toTensor({ datatype, data, shape }: NaiveInput): Tensor {
  return datatype === "INT64"
    ? new Tensor("int64", BigInt64Array.from(data, BigInt), shape)
    : new Tensor("float32", Float32Array.from(data), shape);
}

type Results = InferenceSession.OnnxValueMapType;

function toJson(results: Results): Buffer {
  const outputs = Object.entries(results).map(([name, output]) => {
    const { dims, data } = output as Tensor;
    return { name, datatype: "FP32", shape: dims, data: Array.from(data as Float32Array) };
  });
  return Buffer.from(JSON.stringify({ outputs }));
}

function toBytes(results: Results): Buffer {
  const { data } = results[session.outputNames[0] ?? ""] as Tensor;
  const numbers = data as Float32Array;
  return Buffer.from(numbers.buffer, numbers.byteOffset, numbers.byteLength);
}
