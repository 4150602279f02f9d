import assert from "node:assert/strict";
import { AwsResources } from "./aws-resources.ts";
import { type ExistingFileSystem, FileSystems } from "./file-systems.ts";
import { type Project, runServerless } from "./project.ts";
import type { Step } from "./steps.ts";

const FUNCTION = "iris-dev-predict";
const MOUNT_PATH = "/mnt/virga";

/** The life of a service that brings its file system. */
export function withCreated(project: Project): readonly Step[] {
  const aws = new AwsResources(project.endpoint);
  const files = new FileSystems(project.endpoint);
  return [
    { check: "deploy", run: async () => void (await runServerless(project, "deploy", "--provider", "aws")) },
    {
      check: "a network, a file system with a mount target in each of its subnets, an access point",
      run: async () => {
        const { fileSystems, accessPoints, mountedSubnets, networks, subnets } = await files.list();
        assert.deepEqual([fileSystems.length, networks.length, subnets.length], [1, 1, 2]);
        assert.deepEqual(mountedSubnets, subnets);
        const [{ PosixUser, RootDirectory } = {}] = accessPoints;
        assert.deepEqual([Number(PosixUser?.Uid), RootDirectory?.Path], [1_000, "/virga"]);
      },
    },
    {
      check: "a function in that network with that file system",
      run: async () => {
        const { accessPoints, subnets } = await files.list();
        await expectMounted(aws, accessPoints[0]?.AccessPointArn ?? "", subnets);
      },
    },
    {
      check: "remove leaves nothing",
      run: async () => {
        await runServerless(project, "remove");
        const { fileSystems, accessPoints, networks } = await files.list();
        assert.deepEqual([fileSystems, accessPoints, networks], [[], [], []]);
        assert.deepEqual(await aws.leftOver("iris-dev"), []);
      },
    },
  ];
}

/** The life of a service that mounts what somebody else has made. */
export function withExisting(project: Project, existing: ExistingFileSystem): readonly Step[] {
  const aws = new AwsResources(project.endpoint);
  const files = new FileSystems(project.endpoint);
  return [
    { check: "deploy", run: async () => void (await runServerless(project, "deploy")) },
    {
      check: "a function that mounts it, and nothing new beside it",
      run: async () => {
        const { fileSystems, accessPoints, networks } = await files.list();
        assert.deepEqual([fileSystems, networks.length], [[existing.fileSystem], 1]);
        await expectMounted(aws, accessPoints[0]?.AccessPointArn ?? "", [existing.subnet]);
      },
    },
    {
      check: "remove leaves the file system alone",
      run: async () => {
        await runServerless(project, "remove");
        assert.deepEqual((await files.list()).fileSystems, [existing.fileSystem]);
        assert.deepEqual(await aws.leftOver("iris-dev"), []);
      },
    },
  ];
}

async function expectMounted(aws: AwsResources, accessPointArn: string, subnets: readonly string[]): Promise<void> {
  const { FileSystemConfigs, VpcConfig, Environment } = await aws.functionNamed(FUNCTION);
  assert.deepEqual(FileSystemConfigs, [{ Arn: accessPointArn, LocalMountPath: MOUNT_PATH }]);
  assert.deepEqual([...(VpcConfig?.SubnetIds ?? [])].sort(), subnets);
  assert.equal(Environment?.Variables?.["VIRGA_CACHE"], MOUNT_PATH);
}
