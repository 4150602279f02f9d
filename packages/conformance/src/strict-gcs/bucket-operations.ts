import type { Call } from "./call.ts";
import { toJsonAnswer } from "./object-answers.ts";
import type { Operation } from "./operations.ts";
import { checkPreconditions, readPreconditions } from "./preconditions.ts";
import { type Answer, GcsRefusal } from "./refusal.ts";
import { createBucket, type StoredBuckets, type StrictBucketOptions } from "./stored-buckets.ts";

/** Source: JSON API, "Buckets: insert", the fields that are known here. */
const FIELDS: readonly string[] = ["name", "location", "labels", "iamConfiguration"];
const NAME = /^(?!goog)(?!.*google)[a-z0-9][a-z0-9._-]{1,61}[a-z0-9]$/;
const LABEL = /^[a-z0-9_-]{0,63}$/;

export const getBucket: Operation = {
  name: "buckets.get",
  permission: "storage.buckets.get",
  form: "json",
  parameters: ["alt", "projection", "userProject", "ifMetagenerationMatch", "ifMetagenerationNotMatch"],
  headers: [],
  answer: (call, { bucket, objects }) => {
    // A bucket's settings never change here.
    const asked = readPreconditions((name) => call.query.get(name));
    checkPreconditions(asked, { generation: 0, metageneration: 1 }, "read");
    return toJsonAnswer(toResource(objects.bucket, bucket.options));
  },
};

/** What is asked of no bucket. */
export interface ProjectOperation extends Operation {
  answerProject(call: Call, service: BucketService): Answer | Promise<Answer>;
}

/** What buckets are made in. */
export interface BucketService {
  readonly buckets: StoredBuckets;
  readonly onFinalized: Parameters<typeof createBucket>[2];
}

const PROJECT_NUMBER = "123456789012";

/** The account by which Cloud Storage itself acts. */
export const getServiceAccount: ProjectOperation = {
  name: "projects.serviceAccount.get",
  permission: "resourcemanager.projects.get",
  form: "json",
  parameters: ["alt", "projection"],
  headers: [],
  answer: refuseBucket,
  answerProject: () =>
    toJsonAnswer({
      kind: "storage#serviceAccount",
      email_address: `service-${PROJECT_NUMBER}@gs-project-accounts.iam.gserviceaccount.com`,
    }),
};

function refuseBucket(): never {
  throw new GcsRefusal("invalid", "This is asked of no bucket.");
}

/** Makes a bucket, which has no bucket to work on yet. */
export const insertBucket: ProjectOperation = {
  name: "buckets.insert",
  permission: "storage.buckets.create",
  form: "json",
  parameters: ["project"],
  headers: [],
  answer: refuseBucket,
  async answerProject(call, { buckets, onFinalized }) {
    const { name, labels, location, iamConfiguration } = await readDescription(call);
    if (!call.query.has("project")) throw new GcsRefusal("invalid", "Required parameter: project");
    if (typeof name !== "string" || !NAME.test(name)) throw new GcsRefusal("invalid", `Invalid bucket name: ${name}`);
    if (buckets.has(name))
      throw new GcsRefusal("bucketTaken", "Your previous request to create the named bucket succeeded.");
    const given = Object.entries(Object(labels ?? {})).map(([key, value]) => [key, String(value)] as const);
    if (given.some((pair) => !pair.every((text) => LABEL.test(text))))
      throw new GcsRefusal("invalid", "Invalid label.");
    if (iamConfiguration === undefined) throw new GcsRefusal("invalid", "Buckets here are closed to the public.");
    const options = {
      labels: Object.fromEntries(given),
      ...(location !== undefined && { location: String(location).toUpperCase() }),
    };
    buckets.set(name, createBucket(name, options, onFinalized));
    return toJsonAnswer(toResource(name, options));
  },
};

export const removeBucket: Operation = {
  ...getBucket,
  name: "buckets.delete",
  permission: "storage.buckets.delete",
  answer: (_, { buckets, objects }) => {
    if (objects.list("").length > 0) {
      throw new GcsRefusal("bucketNotEmpty", "The bucket you tried to delete is not empty.");
    }
    buckets.delete(objects.bucket);
    return { status: 204, headers: {} };
  },
};

export const getBucketPolicy: Operation = {
  name: "buckets.getIamPolicy",
  permission: "storage.buckets.getIamPolicy",
  form: "json",
  parameters: ["alt", "fields", "optionsRequestedPolicyVersion", "userProject"],
  headers: [],
  answer: (_, { bucket }) => toJsonAnswer({ kind: "storage#policy", ...bucket.policy }),
};

export const setBucketPolicy: Operation = {
  ...getBucketPolicy,
  name: "buckets.setIamPolicy",
  permission: "storage.buckets.setIamPolicy",
  answer: async (call, { bucket }) => {
    const { etag, bindings } = parse((await call.readBody()).bytes.toString());
    if (etag !== undefined && etag !== bucket.policy.etag) {
      throw new GcsRefusal("conditionNotMet", "The policy has changed since it was read.");
    }
    if (!Array.isArray(bindings)) throw new GcsRefusal("invalid", "Invalid policy.");
    bucket.policy = { etag: Buffer.from(String(Math.random())).toString("base64"), bindings };
    return toJsonAnswer({ kind: "storage#policy", ...bucket.policy });
  },
};

function toResource(name: string, options: StrictBucketOptions): object {
  const { labels, location = "US", projectNumber = PROJECT_NUMBER } = options;
  return {
    kind: "storage#bucket",
    id: name,
    name,
    metageneration: "1",
    location,
    projectNumber,
    ...(labels && { labels }),
  };
}

async function readDescription(call: Call): Promise<Readonly<Record<string, unknown>>> {
  const fields = parse((await call.readBody()).bytes.toString());
  const unknown = Object.keys(fields).find((field) => !FIELDS.includes(field));
  if (unknown !== undefined) throw new GcsRefusal("notImplemented", `This field of a bucket is not known: ${unknown}`);
  return fields;
}

function parse(json: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(json);
    if (typeof value === "object" && value !== null) return { ...value };
  } catch {
    // Told below.
  }
  throw new GcsRefusal("invalid", "Parse Error");
}
