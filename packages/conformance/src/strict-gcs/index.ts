export type { StrictBucketOptions } from "./stored-buckets.ts";
export { type StrictGcs, type StrictGcsOptions, startStrictGcs } from "./strict-gcs.ts";
