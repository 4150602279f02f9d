import { GetObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { InferenceSession, Tensor } from "onnxruntime-node";
import type { FunctionUrlEvent, FunctionUrlResult } from "./function-url.ts";

// As it is written by hand: what the SDK finds around it, the object as bytes, a session with the defaults, a run.
const client = new S3Client({});

async function load(bucket: string, key: string): Promise<InferenceSession> {
  const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
  return InferenceSession.create((await Body?.transformToByteArray()) ?? new Uint8Array());
}

/** Makes the handler of a model, which is loaded while the function starts. */
export async function createNaiveHandler(
  bucket: string,
  key: string,
): Promise<(event: FunctionUrlEvent) => Promise<FunctionUrlResult>> {
  const session = await load(bucket, key);
  return async ({ body }) => {
    const { x } = JSON.parse(body) as { x: number[][] };
    const input = Float32Array.from(x.flat());
    const { y } = await session.run({ x: new Tensor("float32", input, [x.length, input.length / x.length]) });
    return { statusCode: 200, body: JSON.stringify({ y: [Array.from(y?.data as Float32Array)] }) };
  };
}
