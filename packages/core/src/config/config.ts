/** One model of the `inference:` block; a mere path stands for `{ path }`. */
export interface ModelEntry {
  /** A path from the config's folder, or where the weights are stored: `s3://…`, `gs://…`, `https://…`, `name@alias`. */
  readonly path: string;
  /** Names of the classes, in the order of the model's scores. */
  readonly labels?: readonly string[];
  /** A body of `POST /predict` that the documentation and the start of `virga serve` show. */
  readonly example?: Readonly<Record<string, unknown>>;
}

/** What is particular to AWS. */
export interface AwsConfig {
  readonly region?: string;
  /** Bucket that holds the weights. */
  readonly bucket?: string;
  /** File system with the weights, `fs-…`. */
  readonly efs?: string;
  readonly architecture?: "x64" | "arm64";
  /** What stands in front of the function. */
  readonly front?: "url" | "http-api";
}

/** What is particular to Google Cloud. */
export interface GoogleConfig {
  readonly region?: string;
  readonly project?: string;
  /** Bucket that holds the weights. */
  readonly bucket?: string;
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
