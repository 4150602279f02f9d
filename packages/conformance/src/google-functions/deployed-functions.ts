import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { applyMask, checkMask, checkMessage, isRecord } from "./api-description.ts";
import { checkFunction } from "./check-function.ts";
import type { EventTriggers } from "./event-triggers.ts";
import { buildSource } from "./function-build.ts";
import { startInstance } from "./function-instance.ts";
import { GoogleApiError } from "./google-error.ts";
import { toEnvironment } from "./instance-environment.ts";
import type { LogStore } from "./log-store.ts";
import { RunService } from "./run-service.ts";

type Json = Readonly<Record<string, unknown>>;

const FUNCTION = "google.cloud.functions.v2.Function";

/** What the functions of a project are run with. */
export interface FunctionsOptions {
  /** Account that functions run as where none is named. */
  readonly defaultServiceAccount: string;
  /** Added to every instance's environment, such as where its Cloud Storage is. */
  readonly instanceEnvironment: Readonly<Record<string, string>>;
  readonly isCaller: (token: string, audience: string) => boolean;
  readonly logs: LogStore;
  readonly triggers: EventTriggers;
}

interface KeptFunction {
  resource: Json;
  readonly service: RunService;
  folder: string | undefined;
  revisions: number;
  isChanging: boolean;
}

/** The functions of a project: kept, built and run. */
export class DeployedFunctions {
  readonly #options: FunctionsOptions;
  readonly #functions = new Map<string, KeptFunction>();
  readonly #uploads = new Map<string, Uint8Array | undefined>();
  readonly #operations = new Map<string, Json>();
  readonly #working = new Set<Promise<void>>();
  /** Why the next operation fails. */
  failure: GoogleApiError | undefined;

  constructor(options: FunctionsOptions) {
    this.#options = options;
  }

  /** A place for a source. @param origin of this server. */
  startUpload(location: string, origin: string): Json {
    const object = `${randomUUID()}.zip`;
    const bucket = `gcf-v2-uploads-${location.split("/")[1]}`;
    this.#uploads.set(object, undefined);
    return { uploadUrl: `${origin}/source-upload/${object}`, storageSource: { bucket, object, generation: "0" } };
  }

  /** @throws GoogleApiError `NOT_FOUND` where no upload was begun. */
  upload(object: string, bytes: Uint8Array): void {
    if (!this.#uploads.has(object)) throw new GoogleApiError("NOT_FOUND", "The upload URL is not valid.");
    this.#uploads.set(object, bytes);
  }

  get(name: string): Json {
    return this.#kept(name).resource;
  }

  list(parent: string): readonly Json[] {
    return [...this.#functions].filter(([name]) => name.startsWith(`${parent}/`)).map(([, { resource }]) => resource);
  }

  /** The Cloud Run service of a function, by its full name. */
  service(name: string): RunService {
    return this.#kept(name.replace("/services/", "/functions/")).service;
  }

  async create(parent: string, id: string, body: unknown): Promise<Json> {
    checkMessage(FUNCTION, body);
    const name = `${parent}/functions/${id}`;
    const given = body as Json;
    checkFunction(id, name, given);
    if (this.#functions.has(name)) {
      throw new GoogleApiError(
        "ALREADY_EXISTS",
        `Could not create Cloud Run function ${name}. A function with this name already exists`,
      );
    }
    const source = this.#source(given);
    const service = new RunService(this.#options.isCaller);
    await service.listen();
    const kept: KeptFunction = {
      resource: { ...given, name, state: "DEPLOYING" },
      service,
      folder: undefined,
      revisions: 0,
      isChanging: false,
    };
    this.#functions.set(name, kept);
    return this.#operate(name, kept, () => this.#deploy(name, kept, given, source));
  }

  update(name: string, mask: string | undefined, body: unknown): Json {
    checkMessage(FUNCTION, body);
    if (mask !== undefined) checkMask(FUNCTION, mask);
    const kept = this.#kept(name);
    const changed =
      mask === undefined ? { ...kept.resource, ...(body as Json) } : applyMask(mask, body as Json, kept.resource);
    checkFunction(name.split("/").at(-1) ?? "", name, changed as Json);
    const source = this.#source(changed as Json);
    return this.#operate(name, kept, () => this.#deploy(name, kept, changed as Json, source));
  }

  remove(name: string): Json {
    const kept = this.#kept(name);
    return this.#operate(name, kept, async () => {
      this.#functions.delete(name);
      await kept.service.close();
      if (kept.folder !== undefined) await rm(kept.folder, { recursive: true, force: true });
      return {};
    });
  }

  /** Hands an object that has been stored to the functions that are there for it. */
  deliver(object: Readonly<Record<string, string>>): void {
    for (const [name, { resource, service }] of this.#functions) {
      this.#options.triggers.deliver(name.split("/").at(-1) ?? "", resource["eventTrigger"], service, object);
    }
  }

  operation(name: string): Json {
    const operation = this.#operations.get(name);
    if (operation === undefined) throw new GoogleApiError("NOT_FOUND", `Operation ${name} does not exist.`);
    return operation;
  }

  async close(): Promise<void> {
    await Promise.allSettled(this.#working);
    await this.#options.triggers.settled();
    for (const { service, folder } of this.#functions.values()) {
      await service.close();
      if (folder !== undefined) await rm(folder, { recursive: true, force: true });
    }
    this.#functions.clear();
  }

  #kept(name: string): KeptFunction {
    const kept = this.#functions.get(name);
    if (kept === undefined) throw new GoogleApiError("NOT_FOUND", `Resource '${name}' was not found`);
    return kept;
  }

  /** @throws GoogleApiError where the source was never uploaded. */
  #source({ buildConfig }: Json): Uint8Array {
    const build = isRecord(buildConfig) ? buildConfig : {};
    const source = isRecord(build["source"]) ? build["source"] : {};
    const { object } = isRecord(source["storageSource"]) ? source["storageSource"] : {};
    const bytes = this.#uploads.get(String(object));
    if (bytes !== undefined) return bytes;
    throw new GoogleApiError("INVALID_ARGUMENT", `The source object ${String(object)} does not exist.`);
  }

  #operate(target: string, kept: KeptFunction, work: () => Promise<Json>): Json {
    if (kept.isChanging) {
      throw new GoogleApiError(
        "ABORTED",
        "unable to queue the operation: another operation is in progress on this function",
      );
    }
    kept.isChanging = true;
    const [, project, , region] = target.split("/");
    const name = `projects/${project}/locations/${region}/operations/${randomUUID()}`;
    const metadata = { "@type": "type.googleapis.com/google.cloud.functions.v2.OperationMetadata", target };
    this.#operations.set(name, { name, metadata, done: false });
    const working = this.#carryOut(work)
      .then((outcome) => {
        if ("error" in outcome && kept.revisions === 0) kept.resource = { ...kept.resource, state: "FAILED" };
        this.#operations.set(name, { name, metadata, done: true, ...outcome });
      })
      .finally(() => {
        kept.isChanging = false;
        this.#working.delete(working);
      });
    this.#working.add(working);
    return this.operation(name);
  }

  async #carryOut(work: () => Promise<Json>): Promise<Json> {
    try {
      const { failure } = this;
      this.failure = undefined;
      if (failure !== undefined) throw failure;
      const resource = await work();
      const type = Object.keys(resource).length === 0 ? "google.protobuf.Empty" : FUNCTION;
      return { response: { "@type": `type.googleapis.com/${type}`, ...resource } };
    } catch (error) {
      const known = error instanceof GoogleApiError ? error : new GoogleApiError("INTERNAL", String(error));
      return { error: known.toStatus() };
    }
  }

  async #deploy(name: string, kept: KeptFunction, wanted: Json, source: Uint8Array): Promise<Json> {
    const before = kept.folder;
    const deployedBefore = kept.resource;
    kept.resource = { ...deployedBefore, ...wanted, name, state: "DEPLOYING" };
    const { triggers, defaultServiceAccount } = this.#options;
    const id = name.split("/").at(-1) ?? "";
    const folder = await mkdtemp(join(tmpdir(), `google-function-${id}-`));
    const revision = `${id}-${String(kept.revisions + 1).padStart(5, "0")}-vrg`;
    let eventTrigger: Json | undefined;
    try {
      await buildSource(source, folder);
      const environment = toEnvironment(id, revision, wanted, this.#options.instanceEnvironment);
      await kept.service.replace(
        await startInstance(folder, environment, (line) => this.#options.logs.add(id, revision, line)),
      );
      const before = kept.revisions === 0 ? undefined : deployedBefore["eventTrigger"];
      eventTrigger = await triggers.create(name, wanted["eventTrigger"], before, defaultServiceAccount);
    } catch (error) {
      await rm(folder, { recursive: true, force: true });
      kept.resource = deployedBefore;
      throw error;
    }
    kept.revisions += 1;
    kept.folder = folder;
    const deployed = this.#deployed(name, revision, kept.service, wanted);
    kept.resource = { ...deployed, ...(eventTrigger && { eventTrigger }) };
    if (before !== undefined) await rm(before, { recursive: true, force: true });
    return kept.resource;
  }

  #deployed(name: string, revision: string, { uri }: RunService, wanted: Json): Json {
    const { defaultServiceAccount } = this.#options;
    const config = isRecord(wanted["serviceConfig"]) ? wanted["serviceConfig"] : {};
    const service = name.replace("/functions/", "/services/");
    const serviceConfig = { serviceAccountEmail: defaultServiceAccount, ...config, service, uri, revision };
    const updateTime = new Date().toISOString();
    return { ...wanted, name, serviceConfig, state: "ACTIVE", url: uri, environment: "GEN_2", updateTime };
  }
}
