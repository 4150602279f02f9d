import type { IncomingMessage, ServerResponse } from "node:http";
import { Storage } from "@google-cloud/storage";
import { InferenceSession, Tensor } from "onnxruntime-node";

// As it is written by hand: what the SDK finds around it, the object as bytes, a session with the defaults, a run.
const storage = new Storage();

async function load(bucket: string, name: string): Promise<InferenceSession> {
  const [bytes] = await storage.bucket(bucket).file(name).download();
  return InferenceSession.create(bytes);
}

/** A request whose body the functions framework has read and parsed. */
type ParsedRequest = IncomingMessage & { readonly body: { readonly x: readonly (readonly number[])[] } };

/** Makes the function of a model, which is loaded while the instance starts. */
export async function createNaiveHandler(
  bucket: string,
  name: string,
): Promise<(request: ParsedRequest, response: ServerResponse) => Promise<void>> {
  const session = await load(bucket, name);
  return async ({ body: { x } }, response) => {
    const input = Float32Array.from(x.flat());
    const { y } = await session.run({ x: new Tensor("float32", input, [x.length, input.length / x.length]) });
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ y: [Array.from(y?.data as Float32Array)] }));
  };
}
