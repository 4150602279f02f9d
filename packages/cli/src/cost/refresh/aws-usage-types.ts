/** Where AWS's price list has an item of the book: which file, and which usage type in it (without its region's prefix). */
export interface AwsUsage {
  readonly offer: string;
  readonly usageType: string;
  /** Where one usage type has several rows. */
  readonly operation?: string;
}

const BY_ITEM: Readonly<Record<string, AwsUsage>> = {
  "lambda/requests": { offer: "AWSLambda", usageType: "Request" },
  "lambda/duration.x86": { offer: "AWSLambda", usageType: "Lambda-GB-Second" },
  "lambda/duration.arm64": { offer: "AWSLambda", usageType: "Lambda-GB-Second-ARM" },
  "lambda/ephemeralStorage": { offer: "AWSLambda", usageType: "Lambda-Storage-GB-Second" },
  "lambda/provisionedConcurrency.x86": { offer: "AWSLambda", usageType: "Lambda-Provisioned-Concurrency" },
  "lambda/provisionedConcurrency.arm64": { offer: "AWSLambda", usageType: "Lambda-Provisioned-Concurrency-ARM" },
  "lambda/provisionedDuration.x86": { offer: "AWSLambda", usageType: "Lambda-Provisioned-GB-Second" },
  "lambda/provisionedDuration.arm64": { offer: "AWSLambda", usageType: "Lambda-Provisioned-GB-Second-ARM" },
  "apiGateway/http": { offer: "AmazonApiGateway", usageType: "ApiGatewayHttpRequest" },
  "apiGateway/rest": { offer: "AmazonApiGateway", usageType: "ApiGatewayRequest" },
  "s3/storage.standard": { offer: "AmazonS3", usageType: "TimedStorage-ByteHrs" },
  "s3/requests.tier1": { offer: "AmazonS3", usageType: "Requests-Tier1" },
  "s3/requests.tier2": { offer: "AmazonS3", usageType: "Requests-Tier2" },
  "cloudwatchLogs/ingest": { offer: "AmazonCloudWatch", usageType: "DataProcessing-Bytes" },
  "cloudwatchLogs/storage": { offer: "AmazonCloudWatch", usageType: "TimedStorage-ByteHrs" },
  "dataTransfer/internetOut": { offer: "AWSDataTransfer", usageType: "DataTransfer-Out-Bytes" },
  "ec2/gp3": { offer: "AmazonEC2", usageType: "EBS:VolumeUsage.gp3" },
};

/** Files that hold items of the book. */
export const AWS_OFFERS: readonly string[] = [
  ...new Set(Object.values(BY_ITEM).map(({ offer }) => offer)),
  "AmazonSageMaker",
];

/** The usage behind an id of the book; nothing where it is not known how the list calls it. */
export function awsUsageOf(id: string): AwsUsage | undefined {
  const [provider, service = "", , item = ""] = id.split("/");
  if (provider !== "aws") return undefined;
  const known = BY_ITEM[`${service}/${item}`];
  if (known !== undefined) return known;
  if (service === "ec2" && /^[a-z]+\d[a-z]*\.[a-z\d]+$/.test(item)) {
    return { offer: "AmazonEC2", usageType: `BoxUsage:${item}`, operation: "RunInstances" };
  }
  if (service === "sagemakerRealtime" && item.startsWith("ml.")) {
    return { offer: "AmazonSageMaker", usageType: `Host:${item}` };
  }
  const [, memory] = /^duration\.(\dGB)$/.exec(item) ?? [];
  if (service !== "sagemakerServerless" || memory === undefined) return undefined;
  return { offer: "AmazonSageMaker", usageType: `ServerlessInf:Mem-${memory}` };
}

/** A usage type without the prefix of its region: `APS3-BoxUsage:t3.small` is `BoxUsage:t3.small`. */
export function withoutRegion(usageType: string): string {
  return usageType.replace(/^[A-Z]{2,4}\d?-/, "");
}
