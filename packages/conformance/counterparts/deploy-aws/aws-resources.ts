import { CloudFormationClient, DescribeStacksCommand } from "@aws-sdk/client-cloudformation";
import { CloudWatchLogsClient, DescribeLogGroupsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { GetRolePolicyCommand, IAMClient, ListRolePoliciesCommand, ListRolesCommand } from "@aws-sdk/client-iam";
import {
  type FunctionConfiguration,
  GetFunctionConfigurationCommand,
  GetFunctionUrlConfigCommand,
  LambdaClient,
  ListFunctionsCommand,
} from "@aws-sdk/client-lambda";
import {
  type BucketLocationConstraint,
  CreateBucketCommand,
  DeleteBucketCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  S3Client,
} from "@aws-sdk/client-s3";
import { KEYS, REGION } from "./project.ts";

/** What AWS itself says it has, whatever a stack's status claims. */
export class AwsResources {
  readonly #endpoint: string;
  readonly #lambda: LambdaClient;
  readonly #logs: CloudWatchLogsClient;
  readonly #roles: IAMClient;
  readonly #buckets: S3Client;
  readonly #stacks: CloudFormationClient;

  constructor(endpoint: string) {
    const settings = { endpoint, region: REGION, credentials: KEYS };
    this.#endpoint = endpoint;
    this.#lambda = new LambdaClient(settings);
    this.#logs = new CloudWatchLogsClient(settings);
    this.#roles = new IAMClient(settings);
    this.#buckets = new S3Client({ ...settings, forcePathStyle: true });
    this.#stacks = new CloudFormationClient(settings);
  }

  functionNamed(name: string): Promise<FunctionConfiguration> {
    return this.#lambda.send(new GetFunctionConfigurationCommand({ FunctionName: name }));
  }

  async urlAuthentication(name: string): Promise<string | undefined> {
    return (await this.#lambda.send(new GetFunctionUrlConfigCommand({ FunctionName: name }))).AuthType;
  }

  async logRetentionDays(name: string): Promise<number | undefined> {
    const { logGroups } = await this.#logs.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: name }));
    return logGroups?.[0]?.retentionInDays;
  }

  /** What the inline policies of a role are about. */
  async roleResources(role: string): Promise<string[]> {
    const { PolicyNames = [] } = await this.#roles.send(new ListRolePoliciesCommand({ RoleName: role }));
    const documents = PolicyNames.map(async (PolicyName) => {
      const { PolicyDocument = "" } = await this.#roles.send(new GetRolePolicyCommand({ RoleName: role, PolicyName }));
      return JSON.parse(decodeURIComponent(PolicyDocument)) as { Statement: { Resource: string[] }[] };
    });
    return (await Promise.all(documents)).flatMap(({ Statement }) => Statement.flatMap(({ Resource }) => Resource));
  }

  async createBucket(name: string): Promise<void> {
    await this.#buckets.send(new CreateBucketCommand({ Bucket: name }));
  }

  /** Does the work while there is a bucket of this name in another region. */
  async whileBucketIsIn(region: BucketLocationConstraint, name: string, work: () => Promise<void>): Promise<void> {
    const client = new S3Client({ endpoint: this.#endpoint, region, credentials: KEYS, forcePathStyle: true });
    const CreateBucketConfiguration = { LocationConstraint: region };
    await client.send(new CreateBucketCommand({ Bucket: name, CreateBucketConfiguration }));
    try {
      await work();
    } finally {
      await client.send(new DeleteBucketCommand({ Bucket: name }));
      client.destroy();
    }
  }

  async keysIn(bucket: string): Promise<string[]> {
    const { Contents = [] } = await this.#buckets.send(new ListObjectsV2Command({ Bucket: bucket }));
    return Contents.map(({ Key = "" }) => Key);
  }

  /** Everything whose name begins like this service's things. */
  async leftOver(prefix: string): Promise<string[]> {
    const [functions, groups, roles, buckets, stacks] = await Promise.all([
      this.#lambda.send(new ListFunctionsCommand()),
      this.#logs.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: `/aws/lambda/${prefix}` })),
      this.#roles.send(new ListRolesCommand()),
      this.#buckets.send(new ListBucketsCommand()),
      this.#stacks.send(new DescribeStacksCommand()),
    ]);
    const live = (stacks.Stacks ?? []).filter(({ StackStatus }) => StackStatus !== "DELETE_COMPLETE");
    const names = [
      ...(functions.Functions ?? []).map(({ FunctionName }) => FunctionName),
      ...(roles.Roles ?? []).map(({ RoleName }) => RoleName),
      ...(buckets.Buckets ?? []).map(({ Name }) => Name),
      ...live.map(({ StackName }) => StackName),
    ].filter((name) => name?.startsWith(prefix) === true);
    return [...names, ...(groups.logGroups ?? []).map(({ logGroupName }) => logGroupName)].map(String);
  }
}
