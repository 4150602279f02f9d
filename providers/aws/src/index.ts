export { readBucketRegion } from "./store/bucket-region.ts";
export { createS3Location, type S3Access, type S3Credentials } from "./store/s3-location.ts";
export { createS3Reader, type S3ReaderOptions } from "./store/s3-reader.ts";
export { createS3Store, type S3StoreOptions } from "./store/s3-store.ts";
export { parseS3Uri, type S3Place } from "./store/s3-uri.ts";
