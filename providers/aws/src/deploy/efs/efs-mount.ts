import type { ServicePlan } from "@virga/deploy";
import type { IamStatement, TemplateValue } from "../cloud-formation.ts";
import { createdMount } from "./created-mount.ts";
import type { MountedFileSystem } from "./mounted-file-system.ts";

/** Lambda mounts nothing elsewhere than below `/mnt`. */
export const MOUNT_PATH = "/mnt/virga";

/** The file system that a service asks for, if it does. */
export function efsMount(plan: ServicePlan, readStatements: readonly IamStatement[]): MountedFileSystem | undefined {
  const { efs } = plan.aws;
  if (efs === undefined) return undefined;
  if (efs.create) return createdMount(MOUNT_PATH, readStatements);
  return {
    path: MOUNT_PATH,
    accessPointArn: efsArn(`access-point/${efs.accessPoint}`),
    fileSystemArn: efsArn(`file-system/${efs.fileSystem}`),
    subnets: efs.subnets,
    securityGroups: efs.securityGroups,
    dependsOn: [],
    resources: {},
  };
}

/** Lets the function mount the file system and write to it, through its own access point only. */
export function mountStatement({ fileSystemArn, accessPointArn }: MountedFileSystem): IamStatement {
  return {
    Effect: "Allow",
    Action: ["elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"],
    Resource: [fileSystemArn],
    Condition: { StringEquals: { "elasticfilesystem:AccessPointArn": accessPointArn } },
  };
}

/** The Serverless Framework takes no `Fn::Sub` here. */
function efsArn(resource: string): TemplateValue {
  const parts = [
    "arn",
    { Ref: "AWS::Partition" },
    "elasticfilesystem",
    { Ref: "AWS::Region" },
    { Ref: "AWS::AccountId" },
  ];
  return { "Fn::Join": [":", [...parts, resource]] };
}
