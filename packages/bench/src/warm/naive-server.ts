import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { askedModels, reportAddress } from "./server-process.ts";

/** What stands in tutorials: parse the whole body, copy numbers into a typed array, run, stringify. */
interface NaiveInput {
  readonly name: string;
  readonly shape: readonly number[];
  readonly datatype: string;
  readonly data: readonly number[];
}

const sessions = new Map<string, InferenceSession>();
for (const [name, path] of Object.entries(askedModels())) sessions.set(name, await InferenceSession.create(path));

const server = createServer((incoming, outgoing) => {
  answer(incoming).then(
    (text) => outgoing.writeHead(200, { "content-type": "application/json" }).end(text),
    (error: unknown) => outgoing.writeHead(500).end(String(error)),
  );
});
server.listen(0, "127.0.0.1", () => reportAddress(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));

async function answer(incoming: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of incoming) pieces.push(piece as Buffer);
  const { inputs } = JSON.parse(Buffer.concat(pieces).toString()) as { inputs: readonly NaiveInput[] };
  const session = sessions.get(incoming.url?.slice(1) ?? "");
  if (!session) throw new RangeError(`no model ${incoming.url}`);
  const results = await session.run(Object.fromEntries(inputs.map((input) => [input.name, toTensor(input)])));
  const outputs = Object.entries(results).map(([name, { dims, data }]) => ({
    name,
    shape: dims,
    data: Array.from(data as Float32Array),
  }));
  return JSON.stringify({ outputs });
}

function toTensor({ datatype, data, shape }: NaiveInput): Tensor {
  return datatype === "INT64"
    ? new Tensor("int64", BigInt64Array.from(data, BigInt), shape)
    : new Tensor("float32", Float32Array.from(data), shape);
}
