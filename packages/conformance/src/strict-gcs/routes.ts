import * as bucketOperations from "./bucket-operations.ts";
import type { Call } from "./call.ts";
import * as operations from "./operations.ts";
import { GcsRefusal } from "./refusal.ts";

const SERVICE_ACCOUNT = /^storage\/v1\/projects\/[^/]+\/serviceAccount$/;
const BUCKETS = /^storage\/v1\/b$/;
const POLICY = /^storage\/v1\/b\/([^/]+)\/iam$/;
const BUCKET = /^storage\/v1\/b\/([^/]+)$/;
const OBJECTS = /^storage\/v1\/b\/([^/]+)\/o$/;
const OBJECT = /^storage\/v1\/b\/([^/]+)\/o\/([^/]+)$/;
const UPLOADS = /^upload\/storage\/v1\/b\/([^/]+)\/o$/;
const XML_OBJECT = /^(?!storage\/|upload\/)([^/]+)\/(.+)$/;

interface Route {
  readonly method: string;
  readonly path: RegExp;
  /** A parameter that has to be there, with this value where it is given. */
  readonly parameter?: readonly [name: string, value?: string];
  readonly operation: operations.Operation;
}

/** The first that fits is taken. */
const ROUTES: readonly Route[] = [
  { method: "GET", path: SERVICE_ACCOUNT, operation: bucketOperations.getServiceAccount },
  { method: "POST", path: BUCKETS, operation: bucketOperations.insertBucket },
  { method: "GET", path: BUCKET, operation: bucketOperations.getBucket },
  { method: "DELETE", path: BUCKET, operation: bucketOperations.removeBucket },
  { method: "GET", path: POLICY, operation: bucketOperations.getBucketPolicy },
  { method: "PUT", path: POLICY, operation: bucketOperations.setBucketPolicy },
  { method: "GET", path: OBJECTS, operation: operations.list },
  { method: "GET", path: OBJECT, parameter: ["alt", "media"], operation: operations.getMedia },
  { method: "GET", path: OBJECT, operation: operations.get },
  { method: "DELETE", path: OBJECT, operation: operations.remove },
  { method: "POST", path: UPLOADS, operation: operations.insert },
  { method: "PUT", path: UPLOADS, parameter: ["upload_id"], operation: operations.continueUpload },
  { method: "DELETE", path: UPLOADS, parameter: ["upload_id"], operation: operations.continueUpload },
  { method: "GET", path: XML_OBJECT, operation: operations.getXml },
];

/** The operation that a request asks for, its bucket and its object. @throws GcsRefusal `notImplemented`. */
export function findOperation(call: Call): { operation: operations.Operation; bucket: string; name: string } {
  for (const { method, path, parameter, operation } of ROUTES) {
    const [found, bucket = "", name = ""] = path.exec(call.path) ?? [];
    if (found === undefined || method !== call.method || !hasParameter(call, parameter)) continue;
    return { operation, bucket: decodeURIComponent(bucket), name: decodeURIComponent(name) };
  }
  throw new GcsRefusal("notImplemented", `${call.method} /${call.path} is not built.`);
}

function hasParameter({ query }: Call, parameter: Route["parameter"]): boolean {
  if (parameter === undefined) return true;
  const [name, value = query.get(name)] = parameter;
  return query.has(name) && query.get(name) === value;
}
