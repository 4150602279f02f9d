import { CloudFormationClient, DescribeStacksCommand } from "@aws-sdk/client-cloudformation";
import type { AwsProvider } from "../serverless.ts";

/** What CloudFormation tells of a deployed service. */
export interface DeployedStack {
  /** Values by their keys. */
  readonly outputs: Readonly<Record<string, string>>;
  readonly isProtected: boolean;
}

/** The stack of a service; nothing where there is none. */
export async function readStack(provider: AwsProvider): Promise<DeployedStack | undefined> {
  const client = new CloudFormationClient(await provider.getAwsSdkV3Config());
  try {
    const { Stacks } = await client.send(new DescribeStacksCommand({ StackName: provider.naming.getStackName() }));
    const [stack] = Stacks ?? [];
    if (stack === undefined) return undefined;
    const outputs = (stack.Outputs ?? []).map(({ OutputKey = "", OutputValue = "" }) => [OutputKey, OutputValue]);
    return { outputs: Object.fromEntries(outputs), isProtected: stack.EnableTerminationProtection === true };
  } catch (error) {
    if (error instanceof Error && error.message.includes("does not exist")) return undefined;
    throw error;
  } finally {
    client.destroy();
  }
}
