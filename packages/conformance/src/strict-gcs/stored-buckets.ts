import type { StrictBucketOptions } from "./access.ts";
import { StoredObjects } from "./stored-objects.ts";

/** An allow policy. Source: IAM, "Policy". */
export interface BucketPolicy {
  readonly etag: string;
  readonly bindings: readonly unknown[];
}

/** One bucket: how it is kept, what is in it, and who may do what. */
export interface StoredBucket {
  readonly options: StrictBucketOptions;
  readonly objects: StoredObjects;
  policy: BucketPolicy;
}

/** All buckets by name. */
export type StoredBuckets = Map<string, StoredBucket>;

export function createBucket(name: string, options: StrictBucketOptions): StoredBucket {
  return {
    options,
    objects: new StoredObjects(name, options.versioning === true),
    policy: { etag: "CAE=", bindings: [] },
  };
}
