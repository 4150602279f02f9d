import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { multiplesModel, publishModel, startBucketServer } from "@virga/conformance/lambda-front";
import { MODEL } from "./artefact.ts";
import { type FunctionInstance, type FunctionSetup, withInstance } from "./function-instance.ts";

/** What the model multiplies by. */
export const FACTOR = 3;
const WEIGHTS = 1_000_000;
/** Must be found in no log. */
export const SECRET = "secret-of-the-function";

/** Where a check finds what it needs. */
export interface Place {
  readonly setup: Omit<FunctionSetup, "handler" | "scratch" | "environment">;
  /** Empty. */
  readonly scratch: string;
}

/** The bucket that a function's weights lie in. */
interface Weights {
  /** Variables that lead to it. */
  readonly environment: Readonly<Record<string, string>>;
  /** Paths that were read from it. */
  readonly reads: readonly string[];
  publish(): Promise<number>;
}

/** A function that is started, and the bucket that its weights lie in. */
export interface StartedFunction extends FunctionInstance, Omit<Weights, "environment"> {}

interface StartOptions {
  readonly handler?: FunctionSetup["handler"];
  readonly isPublished?: boolean;
  readonly bytesPerSecond?: number;
  readonly environment?: Readonly<Record<string, string>>;
}

/** Runs `work` with a function whose weights lie in a bucket of this machine. */
export async function withFunction(
  place: Place,
  { handler = "index.handler", ...options }: StartOptions,
  work: (started: StartedFunction) => Promise<void>,
): Promise<void> {
  const { setup, scratch } = place;
  await withWeights(place, options, ({ environment, ...weights }) =>
    withInstance({ ...setup, handler, scratch, environment }, (instance) => work({ ...instance, ...weights })),
  );
}

/** Runs `work` with a bucket of this machine, and the variables by which a function finds its weights there. */
export async function withWeights(
  { scratch }: Place,
  { isPublished = true, bytesPerSecond, environment }: Omit<StartOptions, "handler">,
  work: (weights: Weights) => Promise<void>,
): Promise<void> {
  const buckets = join(scratch, "buckets");
  const registry = join(buckets, "models", "virga");
  mkdirSync(registry, { recursive: true });
  const publish = (): Promise<number> => publishModel(registry, MODEL, multiplesModel(FACTOR, WEIGHTS));
  if (isPublished) await publish();
  const reads: string[] = [];
  const bucket = await startBucketServer({
    folder: buckets,
    onRead: (path) => void reads.push(path),
    ...(bytesPerSecond !== undefined && { bytesPerSecond }),
  });
  const variables = {
    VIRGA_STORE: "s3://models/virga",
    AWS_ENDPOINT_URL_S3: bucket.url,
    AWS_ACCESS_KEY_ID: "AKIDEXAMPLE",
    AWS_SECRET_ACCESS_KEY: SECRET,
    AWS_SESSION_TOKEN: SECRET,
    ...environment,
  };
  try {
    await work({ environment: variables, reads, publish });
  } finally {
    await bucket.close();
  }
}
