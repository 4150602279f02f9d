import { HeadBucketCommand, S3ServiceException } from "@aws-sdk/client-s3";
import { createClient, type S3StoreOptions } from "./s3-store.ts";

/** The region that a bucket is in, which S3 tells even those whom it refuses; nothing where it does not say. */
export async function readBucketRegion(options: S3StoreOptions): Promise<string | undefined> {
  const client = createClient(options);
  try {
    return (await client.send(new HeadBucketCommand({ Bucket: options.bucket }))).BucketRegion;
  } catch (error) {
    if (!(error instanceof S3ServiceException)) return undefined;
    return error.$response?.headers["x-amz-bucket-region"];
  } finally {
    client.destroy();
  }
}
