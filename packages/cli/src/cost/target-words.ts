import { InferenceError } from "@virga/core";
import type { InferenceConfig } from "@virga/core/config-schema";
import { PRODUCTS, type Product, type Target } from "@virga/cost";

/** Where targets are, and what a config says of them. */
export interface TargetDefaults {
  readonly awsRegion: string;
  readonly googleRegion: string;
  readonly aws?: InferenceConfig["aws"];
}

/** What is compared where nobody says what: one of each kind. */
export const DEFAULT_TARGETS: readonly string[] = [
  "lambda:x64",
  "lambda:arm64",
  "sagemaker-serverless",
  "sagemaker:ml.m5.large",
  "sagemaker-async:ml.m5.large",
  "ec2:t3.medium",
  "ec2:c7g.large",
  "functions",
  "run:instance",
  "vertex:n1-standard-2",
  "appengine:F4",
  "appengine:F4_1G",
];

const MACHINES: Readonly<Record<string, string>> = {
  sagemaker: "ml.m5.large",
  "sagemaker-async": "ml.m5.large",
  ec2: "t3.medium",
  vertex: "n1-standard-2",
};

/** A target as it is typed: a product, and behind a colon what matters most about it. @throws InferenceError `CONFIG_INVALID`. */
export function parseTarget(written: string, defaults: TargetDefaults): Target {
  const [name = "", variant] = written.split(":");
  const product = PRODUCTS.find((each) => each === name);
  if (product === undefined) {
    throw new InferenceError("CONFIG_INVALID", `There is no target ${name}; there is: ${PRODUCTS.join(", ")}.`);
  }
  return completeTarget({ product, ...variantOf(product, variant) }, defaults);
}

function variantOf(product: Product, variant: string | undefined): Readonly<Record<string, string>> {
  const machine = variant ?? MACHINES[product];
  if (machine !== undefined && product in MACHINES) return { machine };
  if (product === "appengine") return { instanceClass: variant ?? "F4" };
  if (variant === undefined) return {};
  if (product === "lambda") return { architecture: variant };
  return product === "sagemaker-serverless" ? { memoryGb: variant } : { billing: variant };
}

/** Adds to a target what it does not say: its region and, for a function, what the config says of it. */
export function completeTarget(written: Readonly<Record<string, unknown>>, defaults: TargetDefaults): Target {
  const { aws } = defaults;
  const isGoogle = ["functions", "run", "vertex", "appengine"].includes(String(written["product"]));
  const region = isGoogle ? defaults.googleRegion : defaults.awsRegion;
  const fromConfig =
    written["product"] === "lambda"
      ? {
          ...(aws?.architecture === undefined ? {} : { architecture: aws.architecture }),
          ...(aws?.front === undefined ? {} : { front: aws.front }),
          ...(aws?.efs === undefined ? {} : { weights: "efs" }),
          ...(aws?.streaming === undefined ? {} : { streaming: aws.streaming }),
        }
      : {};
  // The estimate checks every field.
  return { region, ...fromConfig, ...written } as Target;
}
