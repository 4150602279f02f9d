import { createRequire } from "node:module";
import { join } from "node:path";
import { SourceTextModule, SyntheticModule } from "node:vm";
import { describe, expect, it } from "@jest/globals";
import { toLambdaEntry } from "@virga/aws/deploy";
import fc from "fast-check";
import { IRIS, servicePlan } from "../support/service-plan.ts";

interface Evaluated {
  readonly imported: readonly string[];
  /** What `createLambdaHandlers` was called with. */
  readonly given: readonly unknown[];
  readonly exported: Readonly<Record<string, unknown>>;
}

/** Runs an entry with stand-ins for what it imports. */
async function evaluate(contents: string): Promise<Evaluated> {
  const imported: string[] = [];
  let given: readonly unknown[] = [];
  const entry = new SourceTextModule(contents);
  await entry.link((specifier) => {
    imported.push(specifier);
    const isOurs = specifier === "@virga/aws/lambda";
    const name = isOurs ? "createLambdaHandlers" : "default";
    const value = isOurs
      ? async (...all: unknown[]) => {
          given = all;
          return { handler: "the handler", streamingHandler: "the streaming handler" };
        }
      : "the predictor";
    const stand = new SyntheticModule([name], () => stand.setExport(name, value));
    return stand;
  });
  await entry.evaluate();
  return { imported, given: JSON.parse(JSON.stringify(given)), exported: { ...entry.namespace } };
}

describe("The entry of a function", () => {
  it("carries the service and exports both handlers", async () => {
    const { imported, given, exported } = await evaluate(
      toLambdaEntry(
        servicePlan({
          timeoutSeconds: 2.5,
          models: [
            { ...IRIS, labels: ["setosa"] },
            { name: "own", origin: { kind: "registry", registryName: "shared", reference: "canary" } },
            { name: "far", origin: { kind: "registry", store: "s3://b/p", registryName: "shared", reference: "3" } },
          ],
        }),
      ).contents,
    );
    expect(imported).toEqual(["@virga/aws/lambda"]);
    expect(given).toEqual([
      {
        name: "flowers",
        timeoutMs: 2_500,
        models: {
          iris: { registryName: "iris", reference: "production", labels: ["setosa"] },
          own: { registryName: "shared", reference: "canary" },
          far: { store: "s3://b/p", registryName: "shared", reference: "3" },
        },
      },
    ]);
    expect(exported).toEqual({ handler: "the handler", streamingHandler: "the streaming handler" });
  });

  it("imports the user's predictor by its path", async () => {
    const { contents } = toLambdaEntry(servicePlan({ predictorPath: '/a "b"\\c\n/predict.ts' }));
    const { imported, given } = await evaluate(contents);
    expect(imported).toEqual(["@virga/aws/lambda", '/a "b"\\c\n/predict.ts']);
    expect(given[1]).toBe("the predictor");
  });

  it("carries any text as it is, and is the same every time", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.string({ unit: "binary" }), { minLength: 1 }), async (labels) => {
        const plan = servicePlan({ models: [{ ...IRIS, labels }] });
        const { contents } = toLambdaEntry(plan);
        expect(toLambdaEntry(plan).contents).toBe(contents);
        const { given } = await evaluate(contents);
        expect(given).toMatchObject([{ models: { iris: { labels: JSON.parse(JSON.stringify(labels)) } } }]);
      }),
    );
  });

  it("finds its imports from this package, whatever the user's project has", () => {
    const { resolveFolder } = toLambdaEntry(servicePlan());
    expect(createRequire(join(resolveFolder, "entry.js"))("./package.json")).toMatchObject({ name: "@virga/aws" });
  });
});
