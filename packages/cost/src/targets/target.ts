import type { DecimalInput } from "../decimal/decimal.ts";

interface Place {
  /** Such as `us-east-1`. */
  readonly region: string;
  /** Time of one warm request on this target in ms, where it was measured there; the workload's where absent. */
  readonly durationMs?: DecimalInput;
}

/** A Lambda function with what stands before and behind it. */
export interface LambdaTarget extends Place {
  readonly product: "lambda";
  /** `x64` where absent. */
  readonly architecture?: "x64" | "arm64";
  /** In MB; the workload's where absent. */
  readonly memoryMb?: DecimalInput;
  /** Size of /tmp in MB; what the model needs where absent. */
  readonly ephemeralMb?: DecimalInput;
  /** `url` where absent. */
  readonly front?: "url" | "http-api" | "rest-api";
  /** Where instances read weights from; `s3` where absent. */
  readonly weights?: "s3" | "efs";
  /** Whether answers are streamed, which lets them exceed 6 MB and charges for what does. */
  readonly streaming?: boolean;
  readonly provisionedConcurrency?: {
    readonly concurrency: DecimalInput;
    /** Hours per month; all where absent. */
    readonly hours?: DecimalInput;
  };
  readonly snapStart?: {
    /** Published versions that are kept. */
    readonly versions: DecimalInput;
  };
}

/** A container on Cloud Run (`run`), or a function there (`functions`). */
export interface CloudRunTarget extends Place {
  readonly product: "run" | "functions";
  /** `request` where absent. */
  readonly billing?: "request" | "instance";
  /** 1, or what the memory asks for, where absent. */
  readonly vcpu?: DecimalInput;
  /** The workload's where absent. */
  readonly memoryGib?: DecimalInput;
  /** Requests that an instance takes at once; 1 where absent. */
  readonly concurrency?: DecimalInput;
  /** 0 where absent. */
  readonly minInstances?: DecimalInput;
}

/** Instances behind a SageMaker endpoint, a Vertex AI endpoint or on EC2. */
export interface MachineTarget extends Place {
  readonly product: "sagemaker" | "sagemaker-async" | "vertex" | "ec2";
  /** Such as `ml.m5.large`, `n1-standard-2` or `c7g.large`. */
  readonly machine: string;
  /** Whether the number of instances follows the traffic hour by hour, instead of serving its peak all the time. */
  readonly autoscaling?: boolean;
  /** Disk of each instance in GB; 20 on EC2, none that is billed elsewhere where absent. */
  readonly diskGb?: DecimalInput;
  /** Whether each EC2 instance has a public address; it does where absent. */
  readonly publicAddress?: boolean;
}

/** A SageMaker endpoint without instances. */
export interface SageMakerServerlessTarget extends Place {
  readonly product: "sagemaker-serverless";
  /** From 1 to 6; the least that holds the workload where absent. */
  readonly memoryGb?: DecimalInput;
  readonly provisionedConcurrency?: { readonly concurrency: DecimalInput };
}

/** A service on App Engine standard with automatic scaling. */
export interface AppEngineTarget extends Place {
  readonly product: "appengine";
  /** Such as `F4`. */
  readonly instanceClass: string;
}

/** Where a model can be served. */
export type Target = LambdaTarget | CloudRunTarget | MachineTarget | SageMakerServerlessTarget | AppEngineTarget;

/** What a target is called: `lambda`, `run`, `ec2` and so on. */
export type Product = Target["product"];
