import { type StoredObject, StoredObjects } from "./stored-objects.ts";

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
  /** Such as `EUROPE-WEST1`; `US` where absent. */
  readonly location?: string;
  /** Number of the project that it belongs to; the only one there is where absent. */
  readonly projectNumber?: string;
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

/** @param onFinalized told of each object that is stored from now on. */
export function createBucket(
  name: string,
  options: StrictBucketOptions,
  onFinalized: (bucket: string, object: StoredObject) => void,
): StoredBucket {
  const objects = new StoredObjects(name, options.versioning === true);
  for (const [object, bytes] of Object.entries(options.objects ?? {})) {
    objects.insert({ name: object, contentType: "application/octet-stream", bytes }, {});
  }
  objects.onFinalized = (object) => onFinalized(name, object);
  return { options, objects, policy: { etag: "CAE=", bindings: [] } };
}
