import { createS3Store, parseS3Uri, readBucketRegion, type S3StoreOptions } from "@virga/aws";
import { InferenceError } from "@virga/core";
import { createHttpsStore, type ModelStore, Registry } from "@virga/core/weights";
import { registryPrefix, type ServicePlan } from "@virga/deploy";
import type { AwsProvider, Serverless } from "../serverless.ts";

/** The variables of the deployer's environment, as far as they are read. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Registries as whoever deploys reaches them: with the framework's region, credentials and profile. */
export class ServiceRegistries {
  readonly #plan: ServicePlan;
  readonly #serverless: Serverless;
  readonly #provider: AwsProvider;
  readonly #environment: Environment;

  constructor(plan: ServicePlan, serverless: Serverless, environment: Environment) {
    this.#plan = plan;
    this.#serverless = serverless;
    this.#provider = serverless.getProvider("aws");
    this.#environment = environment;
  }

  /** The user's bucket that the service's own registry lies in; nothing where the framework makes one for the service. */
  get namedBucket(): string | undefined {
    return this.#plan.aws.bucket ?? this.#serverless.service.provider.deploymentBucket ?? undefined;
  }

  /** The service's own: in the bucket that the config names, or in the one that it is deployed through. */
  async openOwn(): Promise<Registry> {
    const named = this.namedBucket;
    return this.open(`s3://${named ?? (await this.#deploymentBucket())}/${registryPrefix(this.#plan, named)}`);
  }

  /** @throws InferenceError `CONFIG_INVALID` for a store that functions on AWS do not read. */
  open(uri: string): Registry {
    return new Registry(this.#openStore(uri));
  }

  /**
   * Asks where a bucket is; one that does not say is left to whoever reads it.
   *
   * @param key as the config spells what names it.
   * @throws InferenceError `CONFIG_INVALID` for a bucket in another region than the function, which would not reach it.
   */
  async checkRegion(uri: string, key: string): Promise<void> {
    if (!/^s3:/i.test(uri)) return;
    const options = this.#toOptions(uri);
    const [region, found] = [this.#provider.getRegion(), await readBucketRegion(options)];
    if (found === undefined || found === region) return;
    throw new InferenceError(
      "CONFIG_INVALID",
      `${key}: the bucket ${options.bucket} is in ${found}, and the function would be in ${region}, from where it is not ` +
        `read. Write inference.aws.region: ${found}, or name a bucket in ${region}.`,
    );
  }

  async #deploymentBucket(): Promise<string> {
    try {
      return await this.#provider.getServerlessDeploymentBucketName();
    } catch (error) {
      const stack = this.#provider.naming.getStackName();
      throw new InferenceError("WEIGHTS_MISSING", `The stack ${stack} has no bucket with models: deploy it first.`, {
        cause: error,
      });
    }
  }

  #openStore(uri: string): ModelStore {
    if (/^https:/i.test(uri)) return createHttpsStore(new URL(uri));
    return createS3Store(this.#toOptions(uri));
  }

  #toOptions(uri: string): S3StoreOptions {
    const endpoint = this.#environment["AWS_ENDPOINT_URL_S3"] ?? this.#environment["AWS_ENDPOINT_URL"];
    return {
      ...parseS3Uri(uri),
      region: this.#provider.getRegion(),
      credentials: this.#provider.getAwsSdkV3CredentialsProvider(),
      ...(endpoint && { endpoint: new URL(endpoint) }),
    };
  }
}
