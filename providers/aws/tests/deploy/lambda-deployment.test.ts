import { createHash } from "node:crypto";
import { describe, expect, it } from "@jest/globals";
import { type LambdaFunction, type TemplateResource, toLambdaDeployment } from "@virga/aws/deploy";
import type { ServicePlan } from "@virga/deploy";
import { describeApiKey } from "@virga/deploy";
import { FACTS, IRIS, type PlanChanges, servicePlan } from "../support/service-plan.ts";

const MB = 2 ** 20;

function functionOf(changes: PlanChanges, facts: typeof FACTS = FACTS): LambdaFunction {
  const { functions } = toLambdaDeployment(servicePlan(changes), facts);
  expect(Object.keys(functions)).toEqual(["predict"]);
  return functions["predict"]!;
}

function resourcesOfType(aws: ServicePlan["aws"], type: string): [string, TemplateResource][] {
  const { resources } = toLambdaDeployment(servicePlan({ aws }), FACTS);
  return Object.entries(resources.Resources).filter(([, { Type }]) => Type === type);
}

describe("A service on Lambda", () => {
  it("is plain JSON", () => {
    const deployment = toLambdaDeployment(
      servicePlan({ access: "api-key", aws: { efs: { create: true }, alarms: true } }),
      { ...FACTS, ...describeApiKey("k".repeat(32)) },
    );
    expect(JSON.parse(JSON.stringify(deployment))).toEqual(deployment);
  });

  it.each([
    ["private", { authorizer: "aws_iam" }],
    ["public", {}],
    ["api-key", {}],
  ] as const)("stands behind a function URL that is %s", (access, url) => {
    const { events, ...rest } = functionOf({ access });
    expect(rest.url).toEqual(url);
    expect(rest.handler).toBe("index.handler");
    expect(events).toEqual([]);
  });

  it.each([
    ["private", { path: "*", authorizer: { type: "aws_iam" } }],
    ["public", { path: "*" }],
    ["api-key", { path: "*" }],
  ] as const)("stands behind an HTTP API that is %s", (access, httpApi) => {
    const { events, url } = functionOf({ access, aws: { front: "http-api" } });
    expect(url).toBeUndefined();
    expect(events).toEqual([{ httpApi }]);
  });

  it("streams with the handler that does", () => {
    const { handler, url } = functionOf({ aws: { streaming: true } });
    expect(handler).toBe("index.streamingHandler");
    expect(url).toEqual({ authorizer: "aws_iam", invokeMode: "RESPONSE_STREAM" });
  });

  it("answers before an HTTP API gives up, and has whole seconds", () => {
    expect(functionOf({ timeoutSeconds: 30, aws: { front: "http-api" } }).timeout).toBe(29);
    expect(functionOf({ timeoutSeconds: 30 }).timeout).toBe(30);
    expect(functionOf({ timeoutSeconds: 0.2 }).timeout).toBe(1);
  });

  it("has room in /tmp for one version and the next beside it", () => {
    const sized = (sizeBytes: number, aws: ServicePlan["aws"] = {}): number =>
      functionOf({ aws }, { modelSizeBytes: { iris: sizeBytes } }).ephemeralStorageSize;
    expect(sized(100 * MB)).toBe(512);
    expect(sized(500 * MB)).toBeGreaterThan(1_000);
    expect(sized(500 * MB)).toBeLessThan(1_100);
    expect(sized(500 * MB, { efs: { create: true } })).toBe(512);
    expect(Number.isInteger(sized(500 * MB + 1))).toBe(true);
    const two = { models: [IRIS, { ...IRIS, name: "other" }] };
    const modelSizeBytes = { iris: 300 * MB, other: 300 * MB };
    expect(functionOf(two, { modelSizeBytes }).ephemeralStorageSize).toBeGreaterThan(1_200);
  });

  it("carries the digest of the API key, and never the key", () => {
    const key = "a secret of at least 32 characters";
    const facts = { ...FACTS, ...describeApiKey(key) };
    const { environment } = functionOf({ access: "api-key" }, facts);
    expect(environment["VIRGA_API_KEY_SHA256"]).toBe(createHash("sha256").update(key).digest("hex"));
    expect(JSON.stringify(toLambdaDeployment(servicePlan({ access: "api-key" }), facts))).not.toContain(key);
    expect(functionOf({ access: "public" }, facts).environment).not.toHaveProperty("VIRGA_API_KEY_SHA256");
  });

  it("has a registry in its own bucket where none is named", () => {
    expect(functionOf({}).environment["VIRGA_STORE"]).toEqual({
      "Fn::Sub": "s3://${ServerlessDeploymentBucket}/virga",
    });
    expect(functionOf({ aws: { bucket: "models" } }).environment["VIRGA_STORE"]).toBe("s3://models/virga/flowers/dev");
  });

  it("has alarms only where they are asked for", () => {
    expect(resourcesOfType({}, "AWS::CloudWatch::Alarm")).toEqual([]);
    const metrics = (aws: ServicePlan["aws"]): unknown[] =>
      resourcesOfType({ alarms: true, ...aws }, "AWS::CloudWatch::Alarm").map(
        ([, alarm]) => alarm.Properties?.["MetricName"],
      );
    expect(metrics({})).toEqual(["Errors", "Url5xxCount", "Throttles", "Duration"]);
    expect(metrics({ front: "http-api" })).toEqual(["Errors", "5xx", "Throttles", "Duration"]);
    const { resources } = toLambdaDeployment(servicePlan({ aws: { alarms: true } }), FACTS);
    expect(resources.Resources["VirgaDurationAlarm"]?.Properties?.["Threshold"]).toBeLessThan(30_000);
  });
});

describe("A service with a file system", () => {
  const created = { efs: { create: true } } as const;

  it("waits for every mount target", () => {
    const targets = resourcesOfType(created, "AWS::EFS::MountTarget").map(([name]) => name);
    expect(targets).toHaveLength(2);
    expect(functionOf({ aws: created }).dependsOn).toEqual(targets);
  });

  it("has subnets in two zones, and no way to the internet", () => {
    const zones = resourcesOfType(created, "AWS::EC2::Subnet").map(
      ([, subnet]) => subnet.Properties?.["AvailabilityZone"],
    );
    expect(new Set(zones.map((zone) => JSON.stringify(zone))).size).toBe(2);
    for (const type of ["InternetGateway", "NatGateway", "Route"]) {
      expect(resourcesOfType(created, `AWS::EC2::${type}`)).toEqual([]);
    }
  });

  it("lets through to S3 what the function may read, and no more", () => {
    const deployment = toLambdaDeployment(servicePlan({ aws: created }), FACTS);
    const [reading] = deployment.iamStatements;
    const [[, gateway]] = resourcesOfType(created, "AWS::EC2::VPCEndpoint") as [[string, TemplateResource]];
    expect(gateway.Properties?.["PolicyDocument"]).toMatchObject({ Statement: [{ ...reading, Principal: "*" }] });
  });

  it("lets NFS in from the function alone", () => {
    const groups = resourcesOfType(created, "AWS::EC2::SecurityGroup");
    const [functionGroup] = functionOf({ aws: created }).vpc!.securityGroupIds;
    const ingress = groups.flatMap(([, { Properties }]) => (Properties?.["SecurityGroupIngress"] as object[]) ?? []);
    expect(ingress).toHaveLength(1);
    expect(ingress[0]).toMatchObject({ FromPort: 2_049, ToPort: 2_049, SourceSecurityGroupId: functionGroup });
    const [[, target]] = resourcesOfType(created, "AWS::EFS::MountTarget") as [[string, TemplateResource]];
    expect(target.Properties?.["SecurityGroups"]).not.toContainEqual(functionGroup);
  });

  it("encrypts it, and leaves nothing behind", () => {
    const [[, fileSystem]] = resourcesOfType(created, "AWS::EFS::FileSystem") as [[string, TemplateResource]];
    expect(fileSystem.Properties?.["Encrypted"]).toBe(true);
    expect(fileSystem.DeletionPolicy).toBe("Delete");
  });

  it("makes nothing where one exists", () => {
    const efs = { fileSystem: "fs-1", accessPoint: "fsap-2", subnets: ["subnet-3"], securityGroups: ["sg-4"] };
    const { resources } = toLambdaDeployment(servicePlan({ aws: { efs } }), FACTS);
    expect(resources.Resources).toEqual({});
    const { vpc, fileSystemConfig, environment } = functionOf({ aws: { efs } });
    expect(vpc).toEqual({ subnetIds: ["subnet-3"], securityGroupIds: ["sg-4"] });
    expect(JSON.stringify(fileSystemConfig?.arn)).toContain("access-point/fsap-2");
    expect(environment["VIRGA_CACHE"]).toBe(fileSystemConfig?.localMountPath);
  });
});
