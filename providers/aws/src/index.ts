export { createS3Location, type S3Access, type S3Credentials } from "./store/s3-location.ts";
export { createS3Store, type S3StoreOptions } from "./store/s3-store.ts";
