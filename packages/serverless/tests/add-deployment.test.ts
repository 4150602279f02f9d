import { describe, expect, it } from "@jest/globals";
import { addDeployment } from "../src/aws/add-deployment.ts";
import { describeStatements } from "../src/aws/brings-role.ts";
import type { Service, ServiceProvider } from "../src/serverless.ts";

type Deployment = Parameters<typeof addDeployment>[2];

const READ = { Effect: "Allow", Action: ["s3:GetObject"], Resource: ["arn:aws:s3:::models/*"] } as const;
const OWN = { Effect: "Allow", Action: ["sqs:SendMessage"], Resource: ["*"] } as const;
const DEPLOYMENT: Deployment = {
  functions: {
    predict: {
      handler: "index.handler",
      runtime: "nodejs24.x",
      architecture: "x86_64",
      memorySize: 1_024,
      timeout: 30,
      ephemeralStorageSize: 512,
      logRetentionInDays: 14,
      versionFunction: false,
      environment: {},
      events: [],
    },
  },
  iamStatements: [READ],
  resources: { Resources: { VirgaVpc: { Type: "AWS::EC2::VPC", Properties: {} } }, Outputs: {} },
};

function serviceWith(provider: Omit<ServiceProvider, "name">, rest: Partial<Service> = {}): Service {
  return { service: "iris", provider: { name: "aws", ...provider }, functions: {}, ...rest };
}

describe("statements of the role", () => {
  it.each([
    ["where there are none", {}, [READ]],
    ["beside the user's own", { iam: { role: { statements: [OWN] } } }, [OWN, READ]],
    ["beside other settings of the role", { iam: { role: {} } }, [READ]],
  ])("are added %s", (_where, provider, statements) => {
    const service = serviceWith(provider);
    expect(addDeployment(service, "dev", DEPLOYMENT)).toEqual([]);
    expect(service.provider.iam?.role).toEqual({ statements });
  });

  it("are added in the older spelling where that is used", () => {
    const service = serviceWith({ iamRoleStatements: [OWN] });
    expect(addDeployment(service, "dev", DEPLOYMENT)).toEqual([]);
    expect(service.provider).toMatchObject({ iamRoleStatements: [OWN, READ] });
    expect(service.provider.iam).toBeUndefined();
  });

  it.each([["arn:aws:iam::123456789012:role/own"], [{ "Fn::GetAtt": ["OwnRole", "Arn"] }], [{ Ref: "OwnRole" }]])(
    "are left to the owner of the role %j",
    (role) => {
      const service = serviceWith({ iam: { role: role as string } });
      expect(addDeployment(service, "dev", DEPLOYMENT)).toEqual([READ]);
      expect(service.provider.iam?.role).toEqual(role);
    },
  );
});

describe("a role of the user's", () => {
  it("in the older spelling is left to its owner as well", () => {
    const service = serviceWith({ role: "arn:aws:iam::123456789012:role/own" });
    expect(addDeployment(service, "dev", DEPLOYMENT)).toEqual([READ]);
    expect(service.provider.iam).toBeUndefined();
  });

  it("is told what it must allow", () => {
    const told = describeStatements({ name: "aws", vpc: {} }, [READ]);
    expect(told).toMatch(/write logs and to join the network/);
    expect(JSON.parse(told.split("\n").slice(1, -1).join("\n"))).toEqual([READ]);
  });
});

describe("functions and resources", () => {
  it("come beside the user's own", () => {
    const own = { name: "iris-dev-own" };
    const service = serviceWith({}, { functions: { own }, resources: { Resources: { Queue: {} } } });
    addDeployment(service, "dev", DEPLOYMENT);
    expect(service.functions).toMatchObject({ own, predict: { name: "iris-dev-predict", handler: "index.handler" } });
    expect(service.resources?.Resources).toMatchObject({ Queue: {}, VirgaVpc: { Type: "AWS::EC2::VPC" } });
  });

  it.each([
    ["functions.predict", { functions: { predict: {} } }],
    ["resources.Resources.VirgaVpc", { resources: { Resources: { VirgaVpc: {} } } }],
  ])("refuse the name %s where it is taken", (name, rest) => {
    expect(() => addDeployment(serviceWith({}, rest), "dev", DEPLOYMENT)).toThrow(
      expect.objectContaining({ code: "CONFIG_INVALID", message: expect.stringContaining(name) }),
    );
  });
});
