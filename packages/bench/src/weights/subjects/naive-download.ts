import { createWriteStream } from "node:fs";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { GetObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { begin, CREDENTIALS, REGION, readJob, report } from "../subject.ts";

// The SDK's own example: the body of one request, piped into a file.
const { endpoint, bucket, dataKey, directory } = readJob();
const client = new S3Client({ endpoint, region: REGION, credentials: CREDENTIALS, forcePathStyle: true });
begin();
const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: dataKey }));
await pipeline(Body as Readable, createWriteStream(join(directory, "weights")));
report();
process.exit();
