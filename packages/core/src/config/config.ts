/** One model of the `inference:` block; a mere path stands for `{ path }`. */
export interface ModelEntry {
  /** A path from the config's folder, or where the weights are stored: `s3://…`, `gs://…`, `https://…`, `name@alias`. */
  readonly path: string;
  /** Names of the classes, in the order of the model's scores. */
  readonly labels?: readonly string[];
  /** Whether requests that come together are run together, where that pays; `auto` where absent. */
  readonly batching?: "auto" | "off";
  /** A body of `POST /predict` that the documentation and the start of `virga serve` show. */
  readonly example?: Readonly<Record<string, unknown>>;
}

/** An existing file system that the function mounts, and the network in which it is reached. */
export interface ExistingEfs {
  readonly create?: never;
  /** `fs-…` */
  readonly fileSystem: string;
  /** `fsap-…` */
  readonly accessPoint: string;
  /** `subnet-…`, each with a mount target of the file system and a way to S3. */
  readonly subnets: readonly string[];
  /** `sg-…`, which the mount targets let in. */
  readonly securityGroups: readonly string[];
}

/** A file system that is deployed with the service, with a network of its own. */
export interface CreatedEfs {
  readonly create: true;
}

/** What is particular to AWS. */
export interface AwsConfig {
  readonly region?: string;
  /** Bucket that holds the weights; the deployment's own bucket where absent. */
  readonly bucket?: string;
  /** Where instances share fetched weights; each fetches its own where absent. */
  readonly efs?: ExistingEfs | CreatedEfs;
  /** `x64` where absent. */
  readonly architecture?: "x64" | "arm64";
  /** What stands in front of the function; `url` where absent. */
  readonly front?: "url" | "http-api";
  /** Answers are streamed, so that they may exceed 6 MB; only a function URL outside a VPC does that. */
  readonly streaming?: boolean;
  /** Days for which logs are kept; 14 where absent. */
  readonly logRetentionDays?: number;
  /** Alarms on errors, throttles and durations near the timeout; none where absent. */
  readonly alarms?: boolean;
}

/** What is particular to Google Cloud. */
export interface GoogleConfig {
  readonly region?: string;
  readonly project?: string;
  /** Bucket that holds the weights; one of the service's own where absent. */
  readonly bucket?: string;
  /** Processors of one instance; by its memory where absent. */
  readonly cpu?: number;
  /** Requests that one instance takes at once; 8 for each whole processor where absent. */
  readonly concurrency?: number;
  /** Instances that are kept when nobody asks; none where absent. */
  readonly minInstances?: number;
  readonly maxInstances?: number;
  /** E-mail address of the service account that the function runs as; the project's default one where absent. */
  readonly serviceAccount?: string;
  readonly labels?: Readonly<Record<string, string>>;
  /**
   * Where objects arrive that are scored, each with its predictions beside it: a bucket or a folder in one, such as
   * `gs://inbox/rows`; none where absent.
   */
  readonly score?: string;
}

/** The `inference:` block of `serverless.yml`, checked and complete enough to run. */
export interface InferenceConfig {
  readonly models: Readonly<Record<string, ModelEntry>>;
  /** File of the user's code around the models, from the config's folder. */
  readonly predictor?: string;
  /** Memory of one instance in MB. */
  readonly memory?: number;
  /** Longest time for one prediction in seconds. */
  readonly timeout?: number;
  /** Who may call the deployed service; `private` where absent. */
  readonly access?: "private" | "public" | "api-key";
  readonly aws?: AwsConfig;
  readonly google?: GoogleConfig;
}
