import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { ServerlessProject } from "./support/serverless-project.ts";

const PROVIDER = "${file(node_modules/serverless-virga/provider.cjs)}";
let project: ServerlessProject;

beforeAll(() => {
  project = new ServerlessProject();
});
afterAll(() => project.remove());

/** A config with this provider and this rest. */
function write(provider: string, ...rest: readonly string[]): void {
  project.write(
    "serverless.yml",
    `service: iris\nplugins: [serverless-virga]\nprovider: ${provider}\n${rest.join("\n")}`,
  );
}

const INFERENCE = "inference: { models: { iris: models/iris.onnx } }";

describe("refused before anything is uploaded, with the way out", () => {
  it.each([["azure", 'There is no provider "azure". There is: aws, google.']])(
    "--provider %s",
    async (provider, message) => {
      write(PROVIDER, INFERENCE);
      const { code, printed } = await project.run(["deploy", "--provider", provider]);
      expect([code, printed]).toEqual([1, expect.stringContaining(message)]);
      expect(printed).not.toContain("    at ");
    },
  );

  it("a provider that the config does not follow", async () => {
    write("{ name: aws }", INFERENCE);
    const { code, printed } = await project.run(["deploy", "--provider", "google"]);
    expect([code, printed]).toEqual([1, expect.stringContaining(`write \`provider: ${PROVIDER}\``)]);
  });

  it("a target that there is not", async () => {
    write(PROVIDER, INFERENCE);
    const { code, printed } = await project.run(["package", "--target", "kubernetes"]);
    expect([code, printed]).toEqual([
      1,
      expect.stringContaining('There is no target "kubernetes" of aws; there is: lambda.'),
    ]);
  });

  it.each([
    ["no inference: block", "", "has no `inference:` block"],
    [
      "a wrong key",
      "inference: { models: { iris: models/iris.onnx }, memmory: 3 }",
      "inference.memmory is not a key that Virga knows; did you mean `memory`?",
    ],
    [
      "a model that is not there",
      "inference: { models: { iris: models/none.onnx, other: models } }",
      "There is no file models/none.onnx (inference.models.iris).\nmodels is a folder (inference.models.other)",
    ],
    [
      "what AWS forbids",
      "inference: { models: { iris: models/iris.onnx }, access: api-key, aws: { front: http-api, streaming: true } }",
      "VIRGA_API_KEY",
    ],
    [
      "a function of the user's that is called predict",
      `${INFERENCE}\nfunctions: { predict: { handler: index.handler } }`,
      "functions.predict is the name of what serves the models: call your own something else.",
    ],
  ])("%s", async (_what, rest, message) => {
    write(PROVIDER, rest);
    const { code, printed } = await project.run(["deploy"]);
    expect([code, printed]).toEqual([1, expect.stringContaining(message)]);
    expect(printed).not.toContain("    at ");
  });
});
