export type { StrictBucketOptions } from "./access.ts";
export { type StrictGcs, type StrictGcsOptions, startStrictGcs } from "./strict-gcs.ts";
