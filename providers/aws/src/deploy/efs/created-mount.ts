import {
  getAttribute,
  type IamStatement,
  substitute,
  type TemplateResource,
  type TemplateResources,
  type TemplateValue,
} from "../cloud-formation.ts";
import type { MountedFileSystem } from "./mounted-file-system.ts";

const NFS_PORT = 2049;
/** The function's user on the file system; Lambda itself runs as another one. */
const USER_ID = "1000";
const NETWORK = "10.42.0.0/24";
/** One in each of two zones, so that the service outlives one; the file system has a mount target in each. */
const ZONES = [
  { name: "A", index: 0, addresses: "10.42.0.0/25" },
  { name: "B", index: 1, addresses: "10.42.0.128/25" },
] as const;

const NAMES = {
  network: "VirgaVpc",
  routes: "VirgaRouteTable",
  gateway: "VirgaS3Gateway",
  functionGroup: "VirgaFunctionSecurityGroup",
  mountGroup: "VirgaMountSecurityGroup",
  fileSystem: "VirgaFileSystem",
  accessPoint: "VirgaAccessPoint",
} as const;

/**
 * A file system with a network of its own that knows no internet: the function reaches the mount targets and, through a
 * gateway, what it may read from S3. It holds nothing but copies, so it goes with the stack.
 */
export function createdMount(path: string, readStatements: readonly IamStatement[]): MountedFileSystem {
  return {
    path,
    accessPointArn: getAttribute(NAMES.accessPoint, "Arn"),
    fileSystemArn: getAttribute(NAMES.fileSystem, "Arn"),
    subnets: ZONES.map(({ name }) => reference(subnetName(name))),
    securityGroups: [getAttribute(NAMES.functionGroup, "GroupId")],
    dependsOn: ZONES.map(({ name }) => mountTargetName(name)),
    resources: { ...networkResources(readStatements), ...fileSystemResources() },
  };
}

function networkResources(readStatements: readonly IamStatement[]): TemplateResources {
  const network = reference(NAMES.network);
  const routes = reference(NAMES.routes);
  const subnets = ZONES.flatMap(({ name, index, addresses }): [string, TemplateResource][] => [
    [
      subnetName(name),
      resource("AWS::EC2::Subnet", {
        VpcId: network,
        CidrBlock: addresses,
        AvailabilityZone: { "Fn::Select": [index, { "Fn::GetAZs": "" }] },
        Tags: tags(),
      }),
    ],
    [
      `VirgaRoutes${name}`,
      resource("AWS::EC2::SubnetRouteTableAssociation", {
        SubnetId: reference(subnetName(name)),
        RouteTableId: routes,
      }),
    ],
  ]);
  return {
    [NAMES.network]: resource("AWS::EC2::VPC", {
      CidrBlock: NETWORK,
      // The file system and S3 are found by name.
      EnableDnsSupport: true,
      EnableDnsHostnames: true,
      Tags: tags(),
    }),
    [NAMES.routes]: resource("AWS::EC2::RouteTable", { VpcId: network, Tags: tags() }),
    ...Object.fromEntries(subnets),
    [NAMES.gateway]: resource("AWS::EC2::VPCEndpoint", {
      VpcId: network,
      VpcEndpointType: "Gateway",
      ServiceName: substitute(`com.amazonaws.\${AWS::Region}.s3`),
      RouteTableIds: [routes],
      PolicyDocument: {
        Version: "2012-10-17",
        Statement: readStatements.map((statement) => ({ ...statement, Principal: "*" })),
      },
    }),
    [NAMES.functionGroup]: resource("AWS::EC2::SecurityGroup", {
      GroupDescription: "The function that serves the models",
      VpcId: network,
      Tags: tags(),
    }),
    [NAMES.mountGroup]: resource("AWS::EC2::SecurityGroup", {
      GroupDescription: "Mount targets of the weights; the function alone comes in",
      VpcId: network,
      SecurityGroupIngress: [
        {
          Description: "NFS from the function",
          IpProtocol: "tcp",
          FromPort: NFS_PORT,
          ToPort: NFS_PORT,
          SourceSecurityGroupId: getAttribute(NAMES.functionGroup, "GroupId"),
        },
      ],
      Tags: tags(),
    }),
  };
}

function fileSystemResources(): TemplateResources {
  const fileSystem = reference(NAMES.fileSystem);
  const mountTargets = ZONES.map(({ name }): [string, TemplateResource] => [
    mountTargetName(name),
    resource("AWS::EFS::MountTarget", {
      FileSystemId: fileSystem,
      SubnetId: reference(subnetName(name)),
      SecurityGroups: [getAttribute(NAMES.mountGroup, "GroupId")],
    }),
  ]);
  return {
    [NAMES.fileSystem]: {
      ...resource("AWS::EFS::FileSystem", {
        Encrypted: true,
        // Bursts of 100 MiB/s would be slower than S3.
        ThroughputMode: "elastic",
        FileSystemTags: tags(),
      }),
      DeletionPolicy: "Delete",
      UpdateReplacePolicy: "Delete",
    },
    ...Object.fromEntries(mountTargets),
    [NAMES.accessPoint]: resource("AWS::EFS::AccessPoint", {
      FileSystemId: fileSystem,
      PosixUser: { Uid: USER_ID, Gid: USER_ID },
      RootDirectory: {
        Path: "/virga",
        CreationInfo: { OwnerUid: USER_ID, OwnerGid: USER_ID, Permissions: "0750" },
      },
    }),
  };
}

function resource(Type: string, Properties: { readonly [key: string]: TemplateValue }): TemplateResource {
  return { Type, Properties };
}

function reference(name: string): TemplateValue {
  return { Ref: name };
}

function subnetName(zone: string): string {
  return `VirgaSubnet${zone}`;
}

function mountTargetName(zone: string): string {
  return `VirgaMountTarget${zone}`;
}

function tags(): TemplateValue {
  return [{ Key: "Name", Value: { Ref: "AWS::StackName" } }];
}
