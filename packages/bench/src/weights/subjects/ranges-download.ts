import { open } from "node:fs/promises";
import { join } from "node:path";
import { GetObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { begin, CREDENTIALS, REGION, readJob, report } from "../subject.ts";

const PART_BYTES = 8 * 1024 * 1024;
const PARTS_AT_ONCE = 8;

// What AWS recommends for large objects, with the SDK: ranges of 8 MiB, 8 at a time.
const { endpoint, bucket, dataKey, dataBytes, directory } = readJob();
const client = new S3Client({ endpoint, region: REGION, credentials: CREDENTIALS, forcePathStyle: true });
begin();
const file = await open(join(directory, "weights"), "w");
let next = 0;
const fetchOn = async (): Promise<void> => {
  for (let first = next; first < dataBytes; first = next) {
    next = first + PART_BYTES;
    const Range = `bytes=${first}-${Math.min(next, dataBytes) - 1}`;
    const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: dataKey, Range }));
    const bytes = await Body?.transformToByteArray();
    if (bytes) await file.write(bytes, 0, bytes.length, first);
  }
};
await Promise.all(Array.from({ length: PARTS_AT_ONCE }, fetchOn));
await file.close();
report();
process.exit();
