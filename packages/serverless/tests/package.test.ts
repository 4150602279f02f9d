import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { ServerlessProject, type Template } from "./support/serverless-project.ts";

const CONFIG = `
service: flowers
plugins: [serverless-virga]
provider:
  name: aws
  runtime: nodejs24.x
  iam:
    role:
      statements: [{ Effect: Allow, Action: ["sqs:SendMessage"], Resource: "*" }]
custom:
  timeout: 12
inference:
  models: { iris: models/iris.onnx }
  timeout: \${self:custom.timeout}
  access: api-key
  aws: { region: eu-west-1, architecture: arm64, front: http-api, alarms: true }
resources:
  Resources:
    Queue: { Type: "AWS::SQS::Queue" }
`;

let project: ServerlessProject;
let template: Template;
let zip: Buffer;

beforeAll(async () => {
  project = new ServerlessProject();
  project.write("serverless.yml", CONFIG);
  const packaged = await project.run(["package", "--stage", "test"], { VIRGA_API_KEY: "k".repeat(32) });
  if (packaged.code !== 0) throw new Error(packaged.printed);
  template = project.template();
  zip = project.read(".serverless/predict.zip");
});
afterAll(() => project.remove());

describe("a packaged service", () => {
  it("has a function as the config asks for it", () => {
    expect(template.Resources["PredictLambdaFunction"]?.Properties).toMatchObject({
      FunctionName: "flowers-test-predict",
      Handler: "index.handler",
      Runtime: "nodejs24.x",
      Architectures: ["arm64"],
      Timeout: 12,
      MemorySize: 1_024,
      Code: { S3Key: expect.stringMatching(/\/predict\.zip$/) },
      Environment: { Variables: { VIRGA_API_KEY_SHA256: expect.stringMatching(/^[0-9a-f]{64}$/) } },
    });
    expect(template.Resources["HttpApi"]?.Type).toBe("AWS::ApiGatewayV2::Api");
  });

  it("keeps the user's own statements and resources beside ours", () => {
    expect(template.Resources["Queue"]?.Type).toBe("AWS::SQS::Queue");
    expect(template.Resources["VirgaErrorsAlarm"]?.Type).toBe("AWS::CloudWatch::Alarm");
    const role = JSON.stringify(template.Resources["IamRoleLambdaExecution"]);
    expect(role).toContain("sqs:SendMessage");
    expect(role).toContain("/virga/iris/blobs/*");
  });

  it("is made for the config's region", () => {
    expect(JSON.parse(project.read(".serverless/serverless-state.json").toString())).toMatchObject({
      service: { provider: { region: "eu-west-1" } },
    });
  });

  it("holds no key", () => {
    const state = project.read(".serverless/serverless-state.json").toString();
    expect(state + JSON.stringify(template)).not.toContain("k".repeat(32));
  });

  it("is the same again, byte for byte", async () => {
    const { code } = await project.run(["package", "--stage", "test"], { VIRGA_API_KEY: "k".repeat(32) });
    expect(code).toBe(0);
    expect(project.read(".serverless/predict.zip").equals(zip)).toBe(true);
    expect(Object.keys(project.template().Resources)).toEqual(Object.keys(template.Resources));
  });
});
