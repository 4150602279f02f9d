import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { type Ended, ServerlessProject, type Template } from "./support/serverless-project.ts";

const CONFIG = `
service: ${"flowers".repeat(6)}
plugins: [serverless-virga]
provider:
  name: aws
  iam: { role: "arn:aws:iam::123456789012:role/own" }
  vpc: { securityGroupIds: [sg-1], subnetIds: [subnet-1] }
inference:
  models: { iris: models/iris.onnx }
`;

let project: ServerlessProject;
let packaged: Ended;
let template: Template;

beforeAll(async () => {
  project = new ServerlessProject();
  project.write("serverless.yml", CONFIG);
  packaged = await project.run(["package"]);
  if (packaged.code !== 0) throw new Error(packaged.printed);
  template = project.template();
});
afterAll(() => project.remove());

describe("a service with a role and a network of the user's", () => {
  it("runs as that role, in that network, and makes none", () => {
    expect(template.Resources["PredictLambdaFunction"]?.Properties).toMatchObject({
      Role: "arn:aws:iam::123456789012:role/own",
      VpcConfig: { SecurityGroupIds: ["sg-1"], SubnetIds: ["subnet-1"] },
    });
    expect(Object.values(template.Resources).map(({ Type }) => Type)).not.toContain("AWS::IAM::Role");
  });

  it("is told what the role must allow, and what the network must have", () => {
    expect(packaged.printed).toMatch(/The role in the config is yours.*join the network.*must allow:/);
    expect(packaged.printed).toMatch(/"s3:GetObject".*iris\/blobs\/\*/s);
    expect(packaged.printed).toContain("provider.vpc: the function is in this network as well");
  });
});
