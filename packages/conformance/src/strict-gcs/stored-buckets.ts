import { StoredObjects } from "./stored-objects.ts";

/** How a bucket is kept, and who may do what with it. */
export interface StrictBucketOptions {
  /** Permissions that nobody has, such as `storage.objects.get`. */
  readonly denied?: readonly string[];
  /** The only access token that lets in; everybody may come in where absent. */
  readonly token?: string;
  /** Who asks has to say which project pays, and may name only these. */
  readonly payingProjects?: readonly string[];
  /** Old generations stay readable. */
  readonly versioning?: boolean;
  readonly labels?: Readonly<Record<string, string>>;
  /** Bytes by name of what is in it from the beginning. */
  readonly objects?: Readonly<Record<string, Uint8Array>>;
}

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
  const objects = new StoredObjects(name, options.versioning === true);
  for (const [object, bytes] of Object.entries(options.objects ?? {})) {
    objects.insert({ name: object, contentType: "application/octet-stream", bytes }, {});
  }
  return { options, objects, policy: { etag: "CAE=", bindings: [] } };
}
