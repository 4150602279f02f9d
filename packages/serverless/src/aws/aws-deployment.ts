import { checkAwsPlan, toLambdaDeployment } from "@virga/aws/deploy";
import type { InferenceConfig } from "@virga/core/config-schema";
import { checkPlanFiles, type ServicePlan, toServicePlan } from "@virga/deploy";
import { clearRegistry } from "../registry/clear-registry.ts";
import { publish } from "../registry/publish.ts";
import type { AwsProvider, Serverless, Writers } from "../serverless.ts";
import { addDeployment } from "./add-deployment.ts";
import { describeStatements } from "./brings-role.ts";
import { checkBuckets } from "./check-buckets.ts";
import { describeService } from "./describe-service.ts";
import { packageFunction } from "./package-function.ts";
import { readFacts, readPlainFacts } from "./read-facts.ts";
import { readStack } from "./read-stack.ts";
import { type Environment, ServiceRegistries } from "./service-registries.ts";

/** Commands that make an artefact, for which everything must be there. */
const PACKAGING = ["package", "deploy", "deploy function"];
const PROGRESS = "virga";

/** One service on AWS Lambda, on its way through the framework's lifecycle. */
export class AwsDeployment {
  readonly #serverless: Serverless;
  readonly #provider: AwsProvider;
  readonly #config: InferenceConfig;
  readonly #plan: ServicePlan;
  readonly #registries: ServiceRegistries;
  readonly #writers: Writers;
  readonly #environment: Environment;

  constructor(serverless: Serverless, config: InferenceConfig, writers: Writers, environment: Environment) {
    this.#serverless = serverless;
    this.#provider = serverless.getProvider("aws");
    this.#config = config;
    this.#writers = writers;
    this.#environment = environment;
    this.#plan = toServicePlan(
      { ...config, aws: { ...config.aws, region: this.#provider.getRegion() } },
      { service: serverless.service.service, stage: this.#provider.getStage(), folder: serverless.serviceDir },
    );
    this.#registries = new ServiceRegistries(this.#plan, serverless, environment);
  }

  /** Checks what can be checked before anything is made, and adds the function and what it needs to the service. */
  async add(): Promise<void> {
    const { service } = this.#serverless;
    const isPackaging = PACKAGING.includes(this.#command());
    const facts = isPackaging ? await this.#check() : readPlainFacts(this.#plan, service.provider, this.#environment);
    const left = addDeployment(service, this.#plan.stage, toLambdaDeployment(this.#plan, facts));
    if (isPackaging && left.length > 0) {
      this.#writers.log.warning(describeStatements(service.provider, left));
    }
  }

  /** First what costs nothing; models are prepared only for a plan that can stand. */
  async #check(): ReturnType<typeof readFacts> {
    const { provider } = this.#serverless.service;
    const plainFacts = readPlainFacts(this.#plan, provider, this.#environment);
    checkPlanFiles(this.#plan);
    checkAwsPlan(this.#plan, plainFacts);
    if (this.#command() === "deploy") await checkBuckets(this.#plan, this.#registries);
    const shown = this.#writers.progress.get(PROGRESS);
    try {
      const report = (text: string): void => shown.notice(text);
      const facts = await readFacts(this.#plan, plainFacts, this.#registries, report);
      for (const warning of checkAwsPlan(this.#plan, facts)) this.#writers.log.warning(warning);
      return facts;
    } finally {
      shown.remove();
    }
  }

  #command(): string {
    return this.#serverless.processedInput.commands.join(" ");
  }

  package(): Promise<void> {
    return packageFunction(this.#serverless.service, this.#plan);
  }

  async publish(): Promise<void> {
    await publish(this.#plan, await this.#registries.openOwn(), this.#writers);
  }

  /** Leaves nothing in a bucket that goes with the service; models in a bucket of the user's stay. */
  async clearRegistry(): Promise<void> {
    const stack = await readStack(this.#provider);
    // The framework says what is the matter.
    if (stack === undefined || stack.isProtected) return;
    const registry = await this.#registries.openOwn();
    if (this.#registries.namedBucket !== undefined)
      this.#writers.log.notice(`Models stay where they are: ${registry.store.uri}`);
    else await clearRegistry(registry);
  }

  async describe(): Promise<void> {
    this.#writers.writeText(
      await describeService(this.#plan, this.#config, this.#provider, await this.#registries.openOwn()),
    );
  }
}
