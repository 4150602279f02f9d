import type { Call } from "./call.ts";
import type { Operation } from "./operations.ts";
import { GcsRefusal } from "./refusal.ts";
import type { StrictBucketOptions } from "./stored-buckets.ts";

/** Headers that change what a request means, so that none may go unheard. */
const MEANINGFUL_HEADER =
  /^(if-|range$|content-range$|x-upload-|x-goog-(if-|user-project$|hash$|copy-|meta-|encryption-))/;

/** @throws GcsRefusal `notImplemented` for a parameter or a header that would be ignored. */
export function checkUnderstood(call: Call, { name, parameters, headers }: Operation): void {
  for (const parameter of call.query.keys()) {
    if (!parameters.includes(parameter)) {
      throw new GcsRefusal("notImplemented", `${name} does not know the parameter ${parameter}.`);
    }
  }
  for (const header of call.headerNames) {
    if (MEANINGFUL_HEADER.test(header) && !headers.includes(header)) {
      throw new GcsRefusal("notImplemented", `${name} does not know the header ${header}.`);
    }
  }
}

/** @throws GcsRefusal in the order of Cloud Storage: who asks, who pays, what may be done. */
export function checkAllowed(call: Call, { permission }: Operation, options: StrictBucketOptions): void {
  checkToken(call.header("authorization"), permission, options.token);
  checkPayer(call.query.get("userProject") ?? call.header("x-goog-user-project"), options.payingProjects);
  if (options.denied?.includes(permission)) throw new GcsRefusal("denied", `The caller ${lacks(permission)}`);
}

function checkToken(given: string | undefined, permission: string, token: string | undefined): void {
  if (token === undefined || given === `Bearer ${token}`) return;
  if (given === undefined) throw new GcsRefusal("anonymous", `Anonymous caller ${lacks(permission)}`);
  throw new GcsRefusal("badToken", "Invalid Credentials");
}

/** Source: Cloud Storage, "Requester Pays": "Access requirements". */
function checkPayer(payer: string | undefined, payingProjects: readonly string[] | undefined): void {
  if (payingProjects === undefined) return;
  if (payer === undefined) {
    throw new GcsRefusal("payerMissing", "Bucket is a requester pays bucket but no user project provided.");
  }
  if (payingProjects.includes(payer)) return;
  const message = "The caller does not have serviceusage.services.use access to the Google Cloud project.";
  throw new GcsRefusal("payerDenied", message);
}

function lacks(permission: string): string {
  return (
    `does not have ${permission} access to the Google Cloud Storage object. ` +
    `Permission '${permission}' denied on resource (or it may not exist).`
  );
}
