import { randomUUID } from "node:crypto";
import type { AllowPolicy } from "./allow-policy.ts";
import { isRecord } from "./api-description.ts";
import { GoogleApiError } from "./google-error.ts";
import type { RunService } from "./run-service.ts";

type Json = Readonly<Record<string, unknown>>;

/** One attempt to hand an event to a function. */
export interface EventDelivery {
  /** The function's id. */
  readonly function: string;
  readonly object: string;
  readonly status: number;
}

/** What events are sent with. */
export interface EventTriggersOptions {
  /** Cloud Storage, whose buckets send events. */
  readonly storage: URL | undefined;
  /** Of the project. */
  readonly policy: AllowPolicy;
  readonly storageAgent: string;
}

const FINALIZED = "google.cloud.storage.object.v1.finalized";
const MOST_EVENT_SECONDS = 540;
const REGION = /^[a-z]+(-[a-z]+\d+)?\d?$/;
const PUBLISHERS = ["roles/pubsub.publisher", "roles/pubsub.editor", "roles/pubsub.admin"];
const RECEIVERS = ["roles/eventarc.eventReceiver", "roles/eventarc.admin"];
const BASIC = ["roles/editor", "roles/owner"];
/** Where a function fails, an event comes again; Google goes on for 24 hours. */
const MOST_ATTEMPTS = 5;
const PAUSE_MS = 200;

/** What Eventarc asks of a function's trigger beyond its types. @throws GoogleApiError `INVALID_ARGUMENT`. */
export function checkTrigger(resource: Json): void {
  const trigger = resource["eventTrigger"];
  if (!isRecord(trigger)) return;
  if (trigger["eventType"] !== FINALIZED) throw invalid(`Event type ${String(trigger["eventType"])} is not built.`);
  const filters = Array.isArray(trigger["eventFilters"]) ? trigger["eventFilters"].filter(isRecord) : [];
  const [filter, ...others] = filters;
  if (filter?.["attribute"] !== "bucket" || typeof filter["value"] !== "string" || others.length > 0) {
    throw invalid(`${FINALIZED} takes exactly one filter, which is for the attribute 'bucket'.`);
  }
  if (filter["operator"] !== undefined) throw invalid("The attribute 'bucket' has no operator.");
  const { triggerRegion: region } = trigger;
  if (region !== undefined && !REGION.test(String(region))) throw invalid(`Invalid trigger region ${String(region)}.`);
  const { timeoutSeconds } = isRecord(resource["serviceConfig"]) ? resource["serviceConfig"] : {};
  if (Number(timeoutSeconds ?? 60) > MOST_EVENT_SECONDS) {
    throw invalid(`timeout_seconds of an event-driven function must be at most ${MOST_EVENT_SECONDS}.`);
  }
}

/** The triggers of a project's functions. Source: Eventarc, "Receive direct events from Cloud Storage". */
export class EventTriggers {
  readonly #options: EventTriggersOptions;
  readonly #delivering = new Set<Promise<void>>();
  readonly deliveries: EventDelivery[] = [];

  constructor(options: EventTriggersOptions) {
    this.#options = options;
  }

  /**
   * Creates the trigger of a function, or takes up the one it has.
   *
   * @throws GoogleApiError as Google words it, where the bucket is elsewhere or a role is missing.
   */
  async create(name: string, given: unknown, before: unknown, defaultAccount: string): Promise<Json | undefined> {
    if (!isRecord(given)) return undefined;
    const [, project, , functionRegion, , id] = name.split("/");
    const region = String(given["triggerRegion"] ?? functionRegion);
    const trigger = `projects/${project}/locations/${region}/triggers/${id}-475881`;
    if (isRecord(before) && before["triggerRegion"] !== region) throw invalid("A trigger's region does not change.");
    await this.#checkLocation(bucketOf(given), region, trigger);
    const account = String(given["serviceAccountEmail"] ?? defaultAccount);
    this.#checkRoles(trigger, account);
    return { ...given, trigger, triggerRegion: region, serviceAccountEmail: account };
  }

  /** Hands an object to a function whose trigger is for its bucket. */
  deliver(id: string, trigger: unknown, service: RunService, object: Readonly<Record<string, string>>): void {
    if (!isRecord(trigger) || bucketOf(trigger) !== object["bucket"]) return;
    const delivering = this.#send(id, trigger, service, object).finally(() => this.#delivering.delete(delivering));
    this.#delivering.add(delivering);
  }

  /** Resolves when every event has been taken, or given up. */
  async settled(): Promise<void> {
    while (this.#delivering.size > 0) await Promise.allSettled(this.#delivering);
  }

  async #checkLocation(bucket: string, region: string, trigger: string): Promise<void> {
    const { storage } = this.#options;
    if (storage === undefined) throw invalid(`Validation failed for trigger ${trigger}: there is no Cloud Storage.`);
    const answer = await fetch(new URL(`storage/v1/b/${bucket}`, storage));
    if (!answer.ok) throw invalid(`Validation failed for trigger ${trigger}: Bucket '${bucket}' does not exist.`);
    const location = String(((await answer.json()) as Json)["location"]).toLowerCase();
    if (location === region) return;
    throw invalid(
      `Validation failed for trigger ${trigger}: Bucket '${bucket}' is in location '${location}', but the trigger location is '${region}'. The trigger must be in the same location as the bucket. Try redeploying and changing the trigger location to '${location}'`,
    );
  }

  #checkRoles(trigger: string, account: string): void {
    if (!this.#holds(this.#options.storageAgent, PUBLISHERS)) {
      throw new GoogleApiError(
        "PERMISSION_DENIED",
        `Creating trigger failed for ${trigger}: The Cloud Storage service account for your bucket is unable to publish to Cloud Pub/Sub topics in the specified project.\nTo use GCS CloudEvent triggers, the GCS service account requires the Pub/Sub Publisher (roles/pubsub.publisher) IAM role in the specified project.`,
      );
    }
    if (!this.#holds(account, RECEIVERS)) {
      throw new GoogleApiError(
        "PERMISSION_DENIED",
        `Creating trigger failed for ${trigger}: Permission "eventarc.events.receiveEvent" denied on "${account}"`,
      );
    }
  }

  #holds(account: string, roles: readonly string[]): boolean {
    return this.#options.policy.has(`serviceAccount:${account}`, [...roles, ...BASIC]);
  }

  async #send(id: string, trigger: Json, service: RunService, object: Readonly<Record<string, string>>): Promise<void> {
    const event = toEvent(object);
    const attempts = trigger["retryPolicy"] === "RETRY_POLICY_RETRY" ? MOST_ATTEMPTS : 1;
    for (let attempt = 1; attempt <= attempts; attempt += 1) {
      const status = await service.send(String(trigger["serviceAccountEmail"]), event);
      this.deliveries.push({ function: id, object: object["name"] ?? "", status });
      if (status >= 200 && status < 300) return;
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  }
}

/** Source: CloudEvents 1.0, HTTP binding in binary mode, as Eventarc sends it. */
function toEvent(object: Readonly<Record<string, string>>): { headers: Record<string, string>; body: string } {
  const attributes = {
    specversion: "1.0",
    id: randomUUID(),
    type: FINALIZED,
    source: `//storage.googleapis.com/projects/_/buckets/${object["bucket"]}`,
    subject: `objects/${encodeURIComponent(object["name"] ?? "")}`,
    time: new Date().toISOString(),
    bucket: object["bucket"] ?? "",
  };
  const headers = Object.entries(attributes).map(([name, value]) => [`ce-${name}`, value]);
  return {
    headers: { "content-type": "application/json", ...Object.fromEntries(headers) },
    body: JSON.stringify(object),
  };
}

function bucketOf({ eventFilters }: Json): string {
  const filters: readonly unknown[] = Array.isArray(eventFilters) ? eventFilters : [];
  const [first] = filters.filter(isRecord);
  return String(first?.["value"]);
}

function invalid(message: string): GoogleApiError {
  return new GoogleApiError("INVALID_ARGUMENT", message);
}
