import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "@jest/globals";
import { bundleFunction } from "@virga/deploy";

const scratch = mkdtempSync(join(tmpdir(), "virga-lambda-bundle-"));
afterAll(() => rmSync(scratch, { recursive: true }));

describe("the handler's bundle", () => {
  it("holds the core, its router and the runtime's binding, and no client of AWS", async () => {
    const contents =
      'import { createLambdaHandlers } from "@virga/aws/lambda";\n' +
      'export const { handler } = await createLambdaHandlers({ name: "x", models: {} });\n';
    const resolveFolder = fileURLToPath(new URL("../..", import.meta.url));
    const bundled = await bundleFunction({
      entry: { contents, resolveFolder },
      architecture: "x64",
      outputFolder: join(scratch, "bundle"),
    });
    const packages = bundled.parts.map(({ packageName }) => packageName).sort();
    expect(packages).toEqual(["@virga/aws", "@virga/core", "hono", "onnxruntime-common", "onnxruntime-node"]);
  });
});
