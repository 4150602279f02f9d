// What this plugin uses of the Serverless Framework (osls 4), which has types for its config only.
import type { LambdaDeployment } from "@virga/aws/deploy";

/** A function of a service, as the framework keeps it. */
export interface ServiceFunction {
  readonly name?: string;
  /** Whether serverless-esbuild leaves it alone, where that packages the user's own functions. */
  readonly skipEsbuild?: boolean;
  readonly package?: { readonly individually: boolean; readonly artifact: string };
}

/** CloudFormation's own words in a config. */
export interface ServiceResources {
  readonly Resources?: object;
  readonly Outputs?: object;
}

export type Statements = readonly LambdaDeployment["iamStatements"][number][];

/** The role of a service's functions: one that exists, or statements for the one that is made. */
export type ServiceRole = string | { readonly name?: string; readonly statements?: Statements } | undefined;

/** `provider` of the config. */
export interface ServiceProvider {
  readonly name: string;
  region?: string;
  readonly stage?: string;
  readonly environment?: Readonly<Record<string, string>>;
  iam?: { readonly role?: ServiceRole };
  /** The older spelling of an `iam.role` that exists. */
  readonly role?: ServiceRole;
  /** The network of all functions that have none of their own. */
  readonly vpc?: { readonly securityGroupIds?: unknown; readonly subnetIds?: unknown };
  /** The older spelling of `iam.role.statements`. */
  iamRoleStatements?: Statements;
  /** Its name, if the config has one. */
  readonly deploymentBucket?: string | null;
  /** Whether the framework found that what is deployed is what is packaged. */
  readonly shouldNotDeploy?: boolean;
}

/** A service as the framework keeps it; plugins add to it. */
export interface Service {
  readonly service: string;
  readonly provider: ServiceProvider;
  functions: Record<string, ServiceFunction>;
  resources?: ServiceResources;
}

/** The framework's way to AWS. */
export interface AwsProvider {
  getStage(): string;
  getRegion(): string;
  /** Name of the bucket that artefacts are deployed through; rejects where there is no stack yet. */
  getServerlessDeploymentBucketName(): Promise<string>;
  getAwsSdkV3CredentialsProvider(): () => Promise<AwsCredentials>;
  getAwsSdkV3Config(): Promise<{ readonly region: string }>;
  readonly naming: { getStackName(): string };
}

export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** The framework itself, as it is handed to plugins. */
export interface Serverless {
  readonly service: Service;
  /** Folder of the config; absolute. */
  readonly serviceDir: string;
  readonly configurationInput: Readonly<Record<string, unknown>>;
  readonly processedInput: { readonly commands: readonly string[]; readonly isHelpRequest: boolean };
  readonly classes: { readonly Error: new (message: string, code: string) => Error };
  readonly configSchemaHandler: {
    defineTopLevelProperty(name: string, schema: object): void;
    defineProvider(name: string, schema: object): void;
  };
  setProvider(name: string, provider: object): void;
  getProvider(name: "aws"): AwsProvider;
}

/** How plugins speak to people. */
export interface Writers {
  readonly log: { notice(text: string): void; info(text: string): void; warning(text: string): void };
  readonly progress: { get(name: string): { notice(text: string): void; remove(): void } };
  writeText(text: string | readonly string[]): void;
}

/** What was said on the command line. */
export interface CommandOptions {
  readonly provider?: string;
  readonly target?: string;
  readonly region?: string;
  readonly stage?: string;
  readonly function?: string;
  /** Of `invoke`: the body, or the file that holds it. */
  readonly data?: string;
  readonly path?: string;
  /** Of `logs`. */
  readonly startTime?: string;
  readonly filter?: string;
}
