import {
  CreateSecurityGroupCommand,
  CreateSubnetCommand,
  CreateVpcCommand,
  DescribeSubnetsCommand,
  DescribeVpcsCommand,
  EC2Client,
} from "@aws-sdk/client-ec2";
import {
  type AccessPointDescription,
  CreateAccessPointCommand,
  CreateFileSystemCommand,
  CreateMountTargetCommand,
  DescribeAccessPointsCommand,
  DescribeFileSystemsCommand,
  DescribeMountTargetsCommand,
  EFSClient,
} from "@aws-sdk/client-efs";
import { KEYS, REGION } from "./project.ts";

/** What an account has of file systems and of networks that are not there from the start. */
export interface NetworkAndFiles {
  readonly fileSystems: readonly string[];
  readonly accessPoints: readonly AccessPointDescription[];
  /** Subnets in which a mount target lies, in order. */
  readonly mountedSubnets: readonly string[];
  readonly networks: readonly string[];
  /** Subnets of those networks, in order. */
  readonly subnets: readonly string[];
}

/** Ids of a file system that somebody else has made, as `inference.aws.efs` takes them. */
export interface ExistingFileSystem {
  readonly fileSystem: string;
  readonly accessPoint: string;
  readonly subnet: string;
  readonly securityGroup: string;
}

/** The file systems of an account and the networks in which they are reached. */
export class FileSystems {
  readonly #files: EFSClient;
  readonly #networks: EC2Client;

  constructor(endpoint: string) {
    const settings = { endpoint, region: REGION, credentials: KEYS };
    this.#files = new EFSClient(settings);
    this.#networks = new EC2Client(settings);
  }

  async list(): Promise<NetworkAndFiles> {
    const { FileSystems: systems = [] } = await this.#files.send(new DescribeFileSystemsCommand());
    const fileSystems = systems.map(({ FileSystemId = "" }) => FileSystemId);
    const { AccessPoints = [] } = await this.#files.send(new DescribeAccessPointsCommand());
    const mounts = await Promise.all(
      fileSystems.map((FileSystemId) => this.#files.send(new DescribeMountTargetsCommand({ FileSystemId }))),
    );
    const { Vpcs = [] } = await this.#networks.send(new DescribeVpcsCommand());
    const networks = Vpcs.filter(({ IsDefault }) => IsDefault !== true).map(({ VpcId = "" }) => VpcId);
    const { Subnets = [] } = await this.#networks.send(new DescribeSubnetsCommand());
    return {
      fileSystems,
      accessPoints: AccessPoints,
      mountedSubnets: mounts
        .flatMap(({ MountTargets = [] }) => MountTargets.map(({ SubnetId = "" }) => SubnetId))
        .sort(),
      networks,
      subnets: Subnets.filter(({ VpcId = "" }) => networks.includes(VpcId))
        .map(({ SubnetId = "" }) => SubnetId)
        .sort(),
    };
  }

  async create(): Promise<ExistingFileSystem> {
    const { Vpc } = await this.#networks.send(new CreateVpcCommand({ CidrBlock: "10.0.0.0/24" }));
    const VpcId = Vpc?.VpcId;
    const { Subnet } = await this.#networks.send(new CreateSubnetCommand({ VpcId, CidrBlock: "10.0.0.0/25" }));
    const group = { VpcId, GroupName: "files", Description: "Mount targets" };
    const { GroupId = "" } = await this.#networks.send(new CreateSecurityGroupCommand(group));
    const { FileSystemId = "" } = await this.#files.send(new CreateFileSystemCommand({ CreationToken: "models" }));
    const subnet = Subnet?.SubnetId ?? "";
    await this.#files.send(new CreateMountTargetCommand({ FileSystemId, SubnetId: subnet }));
    const { AccessPointId = "" } = await this.#files.send(
      new CreateAccessPointCommand({ ClientToken: "models", FileSystemId }),
    );
    return { fileSystem: FileSystemId, accessPoint: AccessPointId, subnet, securityGroup: GroupId };
  }
}
