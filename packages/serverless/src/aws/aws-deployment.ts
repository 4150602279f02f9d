import { type AwsFacts, toLambdaDeployment } from "@virga/aws/deploy";
import type { InferenceConfig } from "@virga/core/config-schema";
import { checkPlanFiles, type ServicePlan, toServicePlan } from "@virga/deploy";
import type { AwsProvider, Serverless, Writers } from "../serverless.ts";
import { addDeployment } from "./add-deployment.ts";
import { clearRegistry } from "./clear-registry.ts";
import { describeService } from "./describe-service.ts";
import { packageFunction } from "./package-function.ts";
import { publish } from "./publish.ts";
import { readFacts } from "./read-facts.ts";
import { type Environment, openServiceRegistry } from "./service-registry.ts";

/** Commands that make an artefact, for which everything must be there. */
const PACKAGING = ["package", "deploy", "deploy function"];

/** One service on AWS Lambda, on its way through the framework's lifecycle. */
export class AwsDeployment {
  readonly #serverless: Serverless;
  readonly #provider: AwsProvider;
  readonly #config: InferenceConfig;
  readonly #plan: ServicePlan;
  readonly #writers: Writers;
  readonly #environment: Environment;

  constructor(serverless: Serverless, config: InferenceConfig, writers: Writers, environment: Environment) {
    this.#serverless = serverless;
    this.#provider = serverless.getProvider("aws");
    this.#config = config;
    this.#writers = writers;
    this.#environment = environment;
    this.#plan = toServicePlan(config, {
      service: serverless.service.service,
      stage: this.#provider.getStage(),
      folder: serverless.serviceDir,
    });
  }

  /** Checks what can be checked before anything is made, and adds the function and what it needs to the service. */
  async add(): Promise<void> {
    const { service, processedInput } = this.#serverless;
    const isPackaging = PACKAGING.includes(processedInput.commands.join(" "));
    if (isPackaging) checkPlanFiles(this.#plan);
    const facts: AwsFacts = isPackaging
      ? await readFacts(this.#plan, service.provider, this.#environment)
      : { modelSizeBytes: {} };
    addDeployment(service, this.#plan.stage, toLambdaDeployment(this.#plan, facts));
  }

  package(): Promise<void> {
    return packageFunction(this.#serverless.service, this.#plan);
  }

  async publish(): Promise<void> {
    await publish(this.#plan, await this.#openRegistry(), this.#writers);
  }

  /** Leaves nothing in a bucket that goes with the service; models in a bucket of the user's stay. */
  async clearRegistry(): Promise<void> {
    const { deploymentBucket } = this.#serverless.service.provider;
    const bucket = this.#plan.aws.bucket ?? deploymentBucket;
    if (bucket) this.#writers.log.notice(`The models stay in s3://${bucket}/virga.`);
    else await clearRegistry(await this.#openRegistry());
  }

  async describe(): Promise<void> {
    const lines = await describeService(this.#plan, this.#config, this.#provider, () => this.#openRegistry());
    this.#writers.writeText(lines);
  }

  #openRegistry(): ReturnType<typeof openServiceRegistry> {
    return openServiceRegistry(this.#plan, this.#provider, this.#environment);
  }
}
