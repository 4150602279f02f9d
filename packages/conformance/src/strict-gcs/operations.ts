import type { Call } from "./call.ts";
import { listObjects } from "./list-objects.ts";
import { toJsonAnswer, toMediaAnswer, toResource } from "./object-answers.ts";
import { PRECONDITIONS, type Preconditions, readPreconditions, toWholeNumber } from "./preconditions.ts";
import { type Answer, GcsRefusal, type RefusalForm } from "./refusal.ts";
import type { ResumableUploads } from "./resumable-uploads.ts";
import type { StoredBucket, StoredBuckets } from "./stored-buckets.ts";
import type { StoredObjects } from "./stored-objects.ts";
import { readDescription, readMultipart } from "./upload-form.ts";

/** What an operation works on. */
export interface Place {
  readonly objects: StoredObjects;
  readonly bucket: StoredBucket;
  readonly buckets: StoredBuckets;
  /** Empty where the operation is on the bucket. */
  readonly name: string;
  readonly uploads: ResumableUploads;
  readonly origin: string;
  readonly mostPerPage: number;
}

/** One method of the API, and all that it understands: what is not named here is refused. */
export interface Operation {
  readonly name: string;
  readonly permission: string;
  readonly form: RefusalForm;
  readonly parameters: readonly string[];
  /** Conditional headers. */
  readonly headers: readonly string[];
  answer(call: Call, place: Place): Answer | Promise<Answer>;
}

export const list: Operation = {
  name: "objects.list",
  permission: "storage.objects.list",
  form: "json",
  parameters: ["prefix", "maxResults", "pageToken", "projection", "userProject"],
  headers: [],
  answer: ({ query }, place) => listObjects(query, place),
};

export const get: Operation = {
  name: "objects.get",
  permission: "storage.objects.get",
  form: "json",
  parameters: ["alt", "generation", "projection", "userProject", ...PRECONDITIONS],
  headers: [],
  answer: (call, { objects, name }) => {
    if ((call.query.get("alt") ?? "json") !== "json") throw new GcsRefusal("invalid", "Invalid value for alt");
    return toJsonAnswer(toResource(objects.bucket, objects.read(name, readGeneration(call), readQuery(call))));
  },
};

export const getMedia: Operation = {
  ...get,
  form: "media",
  headers: ["range"],
  answer: (call, { objects, name }) => toMediaAnswer(objects.read(name, readGeneration(call), readQuery(call)), call),
};

/** The XML API's names of the same preconditions. */
const XML_PRECONDITIONS: ReadonlyMap<string, string> = new Map([
  ["ifGenerationMatch", "x-goog-if-generation-match"],
  ["ifMetagenerationMatch", "x-goog-if-metageneration-match"],
]);

export const getXml: Operation = {
  name: "GET Object",
  permission: "storage.objects.get",
  form: "xml",
  parameters: ["generation", "userProject"],
  headers: ["range", "x-goog-user-project", ...XML_PRECONDITIONS.values()],
  answer: (call, { objects, name }) => {
    const asked = readPreconditions((condition) => call.header(XML_PRECONDITIONS.get(condition) ?? ""));
    return toMediaAnswer(objects.read(name, readGeneration(call), asked), call);
  },
};

export const remove: Operation = {
  name: "objects.delete",
  permission: "storage.objects.delete",
  form: "json",
  parameters: ["generation", "userProject", ...PRECONDITIONS],
  headers: [],
  answer: (call, { objects, name }) => {
    objects.delete(name, readGeneration(call), readQuery(call));
    return { status: 204, headers: {} };
  },
};

export const insert: Operation = {
  name: "objects.insert",
  permission: "storage.objects.create",
  form: "json",
  parameters: ["name", "uploadType", "userProject", ...PRECONDITIONS],
  headers: ["x-upload-content-length", "x-upload-content-type"],
  answer: async (call, place) => {
    const body = await call.readBody();
    if (!body.isWhole) throw new GcsRefusal("invalid", "The body was cut off.");
    const uploadType = call.query.get("uploadType") ?? "media";
    if (uploadType === "resumable") return startUpload(call, place, body.bytes.toString());
    const name = call.query.get("name");
    if (uploadType !== "media" && uploadType !== "multipart") throw new GcsRefusal("invalid", "Invalid upload type");
    const type = call.header("content-type") ?? "application/octet-stream";
    const object =
      uploadType === "multipart"
        ? readMultipart(call, body.bytes, name)
        : { ...readDescription("", name, type), bytes: body.bytes };
    return toJsonAnswer(toResource(place.objects.bucket, place.objects.insert(object, readQuery(call))));
  },
};

function startUpload(call: Call, { objects, uploads, origin }: Place, json: string): Answer {
  const type = call.header("x-upload-content-type") ?? "application/octet-stream";
  const description = readDescription(json, call.query.get("name"), type);
  const id = uploads.start({ objects, description, asked: readQuery(call) });
  const location = `${origin}/upload/storage/v1/b/${objects.bucket}/o?uploadType=resumable&upload_id=${id}`;
  return { status: 200, headers: { location, "x-guploader-uploadid": id } };
}

export const continueUpload: Operation = {
  name: "objects.insert, resumed",
  permission: "storage.objects.create",
  form: "json",
  parameters: ["uploadType", "upload_id", "userProject"],
  headers: ["content-range", "x-goog-hash"],
  answer: (call, { uploads }) => {
    const id = call.query.get("upload_id") ?? "";
    return call.method === "DELETE" ? uploads.cancel(id) : uploads.take(id, call);
  },
};

function readGeneration({ query }: Call): number | undefined {
  const text = query.get("generation");
  return text === undefined ? undefined : toWholeNumber("generation", text);
}

function readQuery({ query }: Call): Preconditions {
  return readPreconditions((name) => query.get(name));
}
