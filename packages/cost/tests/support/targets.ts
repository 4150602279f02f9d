import type { Target, Workload } from "@virga/cost";

/** One of each product, with prices that the book has. */
export const TARGETS: readonly Target[] = [
  { product: "lambda", region: "us-east-1" },
  { product: "lambda", region: "ap-south-1", architecture: "arm64", front: "http-api", weights: "efs" },
  { product: "lambda", region: "us-east-1", front: "rest-api", snapStart: { versions: 2 } },
  { product: "lambda", region: "us-east-1", provisionedConcurrency: { concurrency: 3 } },
  { product: "sagemaker-serverless", region: "us-east-1" },
  { product: "sagemaker-serverless", region: "us-east-1", provisionedConcurrency: { concurrency: 1 } },
  { product: "sagemaker", region: "us-east-1", machine: "ml.m5.large", diskGb: 10 },
  { product: "sagemaker-async", region: "us-east-1", machine: "ml.c5.xlarge" },
  { product: "ec2", region: "us-east-1", machine: "t3.medium" },
  { product: "ec2", region: "us-east-1", machine: "c7g.large", autoscaling: true },
  { product: "functions", region: "us-central1", concurrency: 4, vcpu: 4 },
  { product: "run", region: "asia-northeast3", minInstances: 2 },
  { product: "run", region: "us-central1", billing: "instance" },
  { product: "vertex", region: "us-central1", machine: "n1-standard-2" },
  { product: "appengine", region: "us-central1", instanceClass: "F4" },
];

/** One million requests of half a second in 1 GB, with everything that is priced. */
export const WORKLOAD: Workload = {
  requests: 1_000_000,
  durationMs: 500,
  memoryMb: 1_024,
  requestBytes: 2_000,
  responseBytes: 3_000,
  logBytes: 400,
  modelBytes: 100_000_000,
  coldStart: { rate: "0.01", initMs: 2_000 },
};
