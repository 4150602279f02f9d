import { readFile } from "node:fs/promises";
import { InferenceError } from "@virga/core";
import type { ServicePlan } from "@virga/deploy";
import { FUNCTION_KEY, type FunctionKey, functionName, locationOf, SCORE_KEY } from "./function-names.ts";
import { type ScoreTrigger, type StorageSource, toFunctionResource, toScoreResource } from "./function-resource.ts";
import { type GoogleApi, isRecord, textOf } from "./google-api.ts";
import type { GoogleFacts } from "./google-facts.ts";
import { explainTriggerFailure } from "./score-trigger.ts";

/** A function that is deployed. */
export interface DeployedFunction {
  readonly name: string;
  /** Such as `ACTIVE`. */
  readonly state: string;
  readonly url: string;
  /** The Cloud Run service behind it. */
  readonly service: string;
  readonly serviceAccount: string;
  readonly revision: string;
  readonly labels: Readonly<Record<string, unknown>>;
  /** Of a function that events call. */
  readonly trigger?: ScoreTrigger;
}

/** Of a build and a start; Google's own bound of a build is below. */
const MOST_OPERATION_MS = 20 * 60_000;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 5_000;
/** States in which another change is refused. */
const CHANGING: ReadonlySet<string> = new Set(["DEPLOYING", "DELETING"]);

/**
 * Uploads a zipped source and creates the function, or updates the one that is there; a deployment that broke off can
 * simply be run again.
 *
 * @param trigger of the function that scores objects; the one that answers requests where absent. @throws InferenceError `CONFIG_INVALID` in words that say what to do.
 */
export async function deployFunction(
  api: GoogleApi,
  plan: ServicePlan,
  facts: GoogleFacts,
  zipPath: string,
  trigger?: ScoreTrigger,
): Promise<DeployedFunction> {
  const key = trigger === undefined ? FUNCTION_KEY : SCORE_KEY;
  const name = functionName(plan, key);
  const location = locationOf(plan, facts.project);
  const existing = await findSettled(api, plan, key);
  const source = await uploadSource(api, location, zipPath);
  const resource =
    trigger === undefined ? toFunctionResource(plan, facts, source) : toScoreResource(plan, facts, source, trigger);
  const operation =
    existing === undefined
      ? await api.call({
          method: "POST",
          service: "functions",
          path: `v2/${location}/functions`,
          query: { functionId: name },
          body: resource,
          action: `create the function ${name}`,
        })
      : await api.call({
          method: "PATCH",
          service: "functions",
          path: `v2/${resource.name}`,
          query: { updateMask: `buildConfig,serviceConfig,labels${trigger === undefined ? "" : ",eventTrigger"}` },
          body: resource,
          action: `update the function ${name}`,
        });
  await finish(api, operation, { action: `deploy the function ${name}`, key, ...(trigger && { trigger }) });
  const deployed = await findFunction(api, plan, key);
  if (deployed !== undefined) return deployed;
  throw new InferenceError("CONFIG_INVALID", `The function ${name} was deployed and is not there: deploy again.`);
}

/** The function once a deployment that somebody broke off has come to its end at Google. */
async function findSettled(api: GoogleApi, plan: ServicePlan, key: FunctionKey): Promise<DeployedFunction | undefined> {
  const until = Date.now() + MOST_OPERATION_MS;
  let found = await findFunction(api, plan, key);
  while (found !== undefined && CHANGING.has(found.state) && Date.now() < until) {
    await new Promise((resolve) => setTimeout(resolve, FIRST_PAUSE_MS));
    found = await findFunction(api, plan, key);
  }
  return found;
}

/** A function of a plan as it is deployed, if it is; the one that answers requests where none is named. */
export async function findFunction(
  api: GoogleApi,
  plan: ServicePlan,
  key: FunctionKey = FUNCTION_KEY,
): Promise<DeployedFunction | undefined> {
  const name = functionName(plan, key);
  const path = `v2/${locationOf(plan, api.project)}/functions/${name}`;
  const found = await api.find({ method: "GET", service: "functions", path, action: `read the function ${name}` });
  if (found === undefined) return undefined;
  const service = isRecord(found["serviceConfig"]) ? found["serviceConfig"] : {};
  const trigger = readTrigger(found["eventTrigger"]);
  return {
    name: textOf(found["name"]),
    state: textOf(found["state"]),
    url: textOf(service["uri"]) || textOf(found["url"]),
    service: textOf(service["service"]),
    serviceAccount: textOf(service["serviceAccountEmail"]),
    revision: textOf(service["revision"]),
    labels: isRecord(found["labels"]) ? found["labels"] : {},
    ...(trigger && { trigger }),
  };
}

function readTrigger(given: unknown): ScoreTrigger | undefined {
  if (!isRecord(given)) return undefined;
  const filters: readonly unknown[] = Array.isArray(given["eventFilters"]) ? given["eventFilters"] : [];
  const ofBucket = filters.filter(isRecord).find(({ attribute }) => attribute === "bucket");
  return {
    bucket: textOf(ofBucket?.["value"]),
    region: textOf(given["triggerRegion"]),
    serviceAccount: textOf(given["serviceAccountEmail"]),
  };
}

/** Removes a function; one that is not there is no failure. @returns whether it was there. */
export async function removeFunction(
  api: GoogleApi,
  plan: ServicePlan,
  key: FunctionKey = FUNCTION_KEY,
): Promise<boolean> {
  const name = functionName(plan, key);
  const path = `v2/${locationOf(plan, api.project)}/functions/${name}`;
  const action = `remove the function ${name}`;
  const operation = await api.find({ method: "DELETE", service: "functions", path, action });
  if (operation === undefined) return false;
  await finish(api, operation, { action, key });
  return true;
}

async function uploadSource(api: GoogleApi, location: string, zipPath: string): Promise<StorageSource> {
  const action = "upload the function's source";
  const { uploadUrl, storageSource } = await api.call({
    method: "POST",
    service: "functions",
    path: `v2/${location}/functions:generateUploadUrl`,
    body: { environment: "GEN_2" },
    action,
  });
  // The URL is signed: a header with credentials would be refused.
  const headers = { "content-type": "application/zip" };
  const uploaded = await fetch(textOf(uploadUrl), { method: "PUT", headers, body: await readFile(zipPath) });
  if (!uploaded.ok) {
    const message = `Could not ${action}: status ${uploaded.status}. Deploy again.`;
    throw new InferenceError("CONFIG_INVALID", message);
  }
  const { bucket, object } = isRecord(storageSource) ? storageSource : {};
  return { bucket: textOf(bucket), object: textOf(object) };
}

/** What is under way at Google. */
interface Change {
  readonly action: string;
  readonly key: FunctionKey;
  readonly trigger?: ScoreTrigger;
}

async function finish(api: GoogleApi, started: Readonly<Record<string, unknown>>, change: Change): Promise<void> {
  const { action } = change;
  const until = Date.now() + MOST_OPERATION_MS;
  const path = `v2/${textOf(started["name"])}`;
  let operation = started;
  for (let pauseMs = FIRST_PAUSE_MS; operation["done"] !== true; pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)) {
    if (Date.now() > until) {
      const message = `Could not ${action} within ${MOST_OPERATION_MS / 60_000} minutes; it goes on at Google. Run the same command again later.`;
      throw new InferenceError("CONFIG_INVALID", message);
    }
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
    operation = await api.call({ method: "GET", service: "functions", path, action: `${action} to the end` });
  }
  const error = operation["error"];
  if (isRecord(error)) throw explainFailure(textOf(error["message"]), change, api.project);
}

function explainFailure(message: string, { action, key, trigger }: Change, project: string): InferenceError {
  const said = message.replace(/\.?\s*$/, "");
  const ofTrigger = trigger && explainTriggerFailure(message, trigger, project);
  const look = /build/i.test(message)
    ? `Its log says why:\n  gcloud builds list --project=${project} --limit=1`
    : `The instance's log says why:\n  serverless logs -f ${key} --provider google`;
  return new InferenceError("CONFIG_INVALID", `Could not ${action}: ${said}. ${ofTrigger ?? look}`);
}
