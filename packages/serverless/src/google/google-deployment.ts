import { join } from "node:path";
import { InferenceError } from "@virga/core";
import type { InferenceConfig } from "@virga/core/config-schema";
import { Registry } from "@virga/core/weights";
import {
  bundleFunction,
  checkArtefactSize,
  checkPlanFiles,
  describeApiKey,
  registryPrefix,
  type ServicePlan,
  studyModels,
  toServicePlan,
  zipFunction,
} from "@virga/deploy";
import { createGcsStore } from "@virga/google";
import {
  applyAccess,
  checkGooglePlan,
  type DeployedFunction,
  deployFunction,
  deployScore,
  ensureBucket,
  FUNCTION_ARTEFACT_LIMITS,
  FUNCTION_KEY,
  findFunction,
  findScoreTrigger,
  GoogleApi,
  type GoogleFacts,
  grantReading,
  hasOwnBucket,
  type LogQuery,
  openCredentials,
  readLogs,
  registryBucket,
  removeBucket,
  removeFunction,
  removeScore,
  SCORE_KEY,
  toFunctionEntry,
  toFunctionSource,
  toModelFacts,
} from "@virga/google/deploy";
import { clearRegistry } from "../registry/clear-registry.ts";
import { publish } from "../registry/publish.ts";
import type { CommandOptions, Serverless, Writers } from "../serverless.ts";
import { describeGoogleService } from "./describe-google-service.ts";
import { type Environment, readEndpoints, readProject, readStorageEndpoint } from "./google-environment.ts";
import { invokeFunction } from "./invoke-function.ts";
import { readSince } from "./log-options.ts";

/** Where the zip is, from the config's folder. */
const ARTIFACT = join(".serverless", `${FUNCTION_KEY}.zip`);
const BUILD_FOLDER = join(".virga", "build", "google", FUNCTION_KEY);
const DEFAULT_STAGE = "dev";
const PROGRESS = "virga";

/** One service on Cloud Run functions, on its way through the framework's lifecycle. */
export class GoogleDeployment {
  readonly #config: InferenceConfig;
  readonly #plan: ServicePlan;
  readonly #serverless: Serverless;
  readonly #writers: Writers;
  readonly #environment: Environment;
  readonly #options: CommandOptions;
  readonly #credentials = openCredentials();
  #facts: GoogleFacts | undefined;

  constructor(
    serverless: Serverless,
    config: InferenceConfig,
    options: CommandOptions,
    writers: Writers,
    environment: Environment,
  ) {
    this.#serverless = serverless;
    this.#config = config;
    this.#options = options;
    this.#writers = writers;
    this.#environment = environment;
    const { service, provider } = serverless.service;
    const region = options.region ?? config.google?.region ?? provider.region;
    this.#plan = toServicePlan(
      { ...config, google: { ...config.google, ...(region && { region }) } },
      { service, stage: options.stage ?? provider.stage ?? DEFAULT_STAGE, folder: serverless.serviceDir },
    );
  }

  /** Checks everything that can be checked before anything is made, and bundles and zips the function. */
  async package(): Promise<void> {
    const plain = await this.#readFacts();
    checkPlanFiles(this.#plan);
    checkGooglePlan(this.#plan, plain);
    const studied = await this.#showing((report) => studyModels(this.#plan, report));
    const facts: GoogleFacts = { ...plain, ...toModelFacts(studied) };
    for (const warning of checkGooglePlan(this.#plan, facts)) this.#writers.log.warning(warning);
    const { folder } = this.#plan;
    const outputFolder = join(folder, BUILD_FOLDER);
    const entry = toFunctionEntry(this.#plan);
    const bundled = await bundleFunction({ entry, architecture: "x64", outputFolder });
    const source = await toFunctionSource(bundled, this.#plan);
    const { sizeBytes } = await zipFunction(source, join(folder, ARTIFACT));
    checkArtefactSize(source, sizeBytes, FUNCTION_ARTEFACT_LIMITS);
    this.#facts = facts;
  }

  /** Bucket, models, functions, and who may call them: each step may be repeated. */
  async deploy(): Promise<void> {
    const api = await this.#openApi();
    const facts = this.#facts ?? (await this.#readFacts());
    const scoring = await findScoreTrigger(api, this.#plan);
    for (const warning of scoring?.warnings ?? []) this.#writers.log.warning(warning);
    await ensureBucket(api, this.#plan);
    await publish(this.#plan, await this.#openRegistry(), this.#writers);
    const { serviceAccount } = this.#plan.google;
    if (serviceAccount !== undefined) await grantReading(api, this.#plan, serviceAccount);
    const zipPath = join(this.#plan.folder, ARTIFACT);
    const deployed = await this.#showing((report) => {
      report("Deploying the function");
      return deployFunction(api, this.#plan, facts, zipPath);
    });
    await grantReading(api, this.#plan, deployed.serviceAccount);
    await applyAccess(api, deployed.service, this.#plan.access);
    await this.#showing(async (report) => {
      report("Deploying the function that scores objects");
      if (scoring === undefined) await removeScore(api, this.#plan);
      else await deployScore(api, this.#plan, facts, zipPath, scoring.trigger);
    });
    await this.describe();
  }

  async describe(): Promise<void> {
    const api = await this.#openApi();
    const deployed = {
      predict: await findFunction(api, this.#plan),
      score: await findFunction(api, this.#plan, SCORE_KEY),
    };
    const registry = await this.#openRegistry();
    this.#writers.writeText(await describeGoogleService(this.#plan, this.#config, deployed, registry));
  }

  async invoke(): Promise<void> {
    const { url } = await this.#require();
    const { access } = this.#plan;
    const key = this.#environment["VIRGA_API_KEY"];
    const headers = {
      ...(access === "private" && { authorization: `Bearer ${await this.#credentials.identityToken(url)}` }),
      ...(access === "api-key" && key && { "x-api-key": key }),
    };
    this.#writers.writeText(await invokeFunction(url, headers, this.#options, this.#plan.folder));
  }

  async logs(): Promise<void> {
    const { filter, startTime, function: key } = this.#options;
    const query: LogQuery = {
      since: readSince(startTime, new Date()),
      ...(filter && { filter }),
      ...(key === SCORE_KEY && { key: SCORE_KEY }),
    };
    const lines = await readLogs(await this.#openApi(), this.#plan, query);
    if (lines.length > 0) this.#writers.writeText(lines);
  }

  /** The functions, and the bucket where it is the service's own; models in a bucket of the user's stay. */
  async remove(): Promise<void> {
    const api = await this.#openApi();
    if (await removeScore(api, this.#plan)) {
      this.#writers.log.notice("The function that scores objects is removed; they and their predictions stay.");
    }
    const wasThere = await removeFunction(api, this.#plan);
    this.#writers.log.notice(wasThere ? "The function is removed." : "There is no function to remove.");
    const registry = await this.#openRegistry();
    if (await hasOwnBucket(api, this.#plan)) {
      await clearRegistry(registry);
      await removeBucket(api, this.#plan);
    } else if (this.#plan.google.bucket !== undefined) {
      this.#writers.log.notice(`Models stay where they are: ${registry.store.uri}`);
    }
  }

  async #readFacts(): Promise<GoogleFacts> {
    const { environment } = this.#serverless.service.provider;
    const key = this.#environment["VIRGA_API_KEY"];
    const { apiKeySha256 } = this.#plan.access === "api-key" && key ? describeApiKey(key) : {};
    return {
      project: await this.#project(),
      modelSizeBytes: {},
      ...(environment && { environment }),
      ...(apiKeySha256 && { apiKeySha256 }),
    };
  }

  async #project(): Promise<string> {
    const named = this.#plan.google.project ?? readProject(this.#environment);
    const project = named ?? (await this.#credentials.project());
    if (project) return project;
    throw new InferenceError(
      "CONFIG_INVALID",
      "No Google Cloud project is named: write its id in inference.google.project, or set GOOGLE_CLOUD_PROJECT.",
    );
  }

  async #openApi(): Promise<GoogleApi> {
    const token = (): Promise<string> => this.#credentials.accessToken();
    return new GoogleApi({ token, project: await this.#project(), endpoints: readEndpoints(this.#environment) });
  }

  async #openRegistry(): Promise<Registry> {
    const projectId = await this.#project();
    const endpoint = readStorageEndpoint(this.#environment);
    const bucket = registryBucket(this.#plan, projectId);
    return new Registry(
      createGcsStore({
        bucket,
        prefix: registryPrefix(this.#plan, this.#plan.google.bucket),
        projectId,
        ...(endpoint && { endpoint }),
      }),
    );
  }

  async #require(): Promise<DeployedFunction> {
    const deployed = await findFunction(await this.#openApi(), this.#plan);
    if (deployed !== undefined) return deployed;
    throw new InferenceError(
      "CONFIG_INVALID",
      "The service is not deployed: run `serverless deploy --provider google`.",
    );
  }

  async #showing<Result>(work: (report: (text: string) => void) => Promise<Result>): Promise<Result> {
    const shown = this.#writers.progress.get(PROGRESS);
    try {
      return await work((text) => shown.notice(text));
    } finally {
      shown.remove();
    }
  }
}
