import { GetObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { CREDENTIALS, INPUT_SHAPE, inputNumbers, REGION, readJob, report } from "../subject.ts";

// What stands in good tutorials: the object as bytes, a session with the defaults, a run.
const { endpoint, bucket, originalKey } = readJob();
const client = new S3Client({ endpoint, region: REGION, credentials: CREDENTIALS, forcePathStyle: true });
const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: originalKey }));
const bytes = (await Body?.transformToByteArray()) ?? new Uint8Array();
const session = await InferenceSession.create(bytes);
const { y } = await session.run({ x: new Tensor("float32", inputNumbers(), INPUT_SHAPE) });
report(y?.data as Float32Array);
process.exit();
