import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "@jest/globals";
import { type IamStatement, toLambdaDeployment } from "@virga/aws/deploy";
import { encodeModel } from "@virga/conformance";
import { createFileStore, type ModelStore, prepareModel, Registry } from "@virga/core/weights";
import type { PlannedModel } from "@virga/deploy";
import fc from "fast-check";
import { FACTS, IRIS, servicePlan } from "../support/service-plan.ts";

const folders: string[] = [];
afterAll(async () => {
  for (const folder of folders) await rm(folder, { recursive: true });
});

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "virga-iam-"));
  folders.push(folder);
  return folder;
}

/** Resources as text, with what CloudFormation would fill in left as it is written. */
function resourcesOf(statement: IamStatement): string[] {
  return statement.Resource.map((resource) => String((resource as Record<string, string>)["Fn::Sub"]));
}

/** Whether S3 would let the function read an object; `*` stands for anything. Source: IAM, "Resource". */
function mayRead(statements: readonly IamStatement[], object: string): boolean {
  return statements
    .filter(({ Action }) => Action.includes("s3:GetObject"))
    .flatMap(resourcesOf)
    .some((resource) => {
      const pattern = resource.split("*").map((part) => part.replace(/[\\^$.|?+()[\]{}]/g, "\\$&"));
      return new RegExp(`^${pattern.join(".*")}$`, "s").test(`arn:\${AWS::Partition}:s3:::${object}`);
    });
}

/** A store that remembers the keys that were read. */
function watched(store: ModelStore, keys: string[]): ModelStore {
  return new Proxy(store, {
    get(target, property) {
      const value: unknown = Reflect.get(target, property);
      if (typeof value !== "function") return value;
      return (...all: unknown[]) => {
        if (typeof all[0] === "string") keys.push(all[0]);
        return value.apply(target, all);
      };
    },
  });
}

const NAME = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,20}$/).filter((name) => !name.includes(".."));
const MODEL: fc.Arbitrary<PlannedModel> = fc.oneof(
  NAME.map((name) => ({ name, origin: { kind: "file" as const, path: `/service/${name}` } })),
  fc
    .record({ name: NAME, registryName: NAME, reference: NAME, prefix: fc.constantFrom("", "/", "/a", "/a/b/") })
    .map(({ name, registryName, reference, prefix }) => ({
      name,
      origin: { kind: "registry" as const, store: `s3://other${prefix}`, registryName, reference },
    })),
);

describe("The function's role", () => {
  it("lets it do nothing but read, and nothing wider than one model's files", () => {
    fc.assert(
      fc.property(fc.array(MODEL, { minLength: 1 }), (models) => {
        const { iamStatements } = toLambdaDeployment(servicePlan({ models }), FACTS);
        const places = models.map(({ name, origin }) =>
          origin.kind === "file"
            ? `\${ServerlessDeploymentBucket}/virga/${name}/`
            : `${origin.store?.replace("s3://", "").replace(/\/$/, "")}/${origin.registryName}/`,
        );
        for (const statement of iamStatements) {
          expect(statement.Action).toEqual(["s3:GetObject"]);
          for (const resource of resourcesOf(statement)) {
            const object = resource.replace("arn:${AWS::Partition}:s3:::", "");
            // One model's place may lie inside another's.
            const inside = places.filter((each) => object.startsWith(each)).map((each) => object.slice(each.length));
            expect(inside).toContainEqual(
              expect.stringMatching(/^(blobs\/\*|versions\/\d{8,}\.json|aliases\/[A-Za-z0-9._-]+\.json)$/),
            );
          }
        }
      }),
    );
  });

  it("lets it read every key that a registry reads for the alias, and no other model's", async () => {
    const [source, prepared, root] = [await newFolder(), await newFolder(), await newFolder()];
    const path = join(source, "model.onnx");
    const value = { tensor: "float32", shape: [1] } as const;
    await writeFile(
      path,
      encodeModel({
        inputs: [{ name: "x", ...value }],
        outputs: [{ name: "y", ...value }],
        operations: [{ operator: "Identity", inputs: ["x"], outputs: ["y"] }],
      }),
    );
    const keys: string[] = [];
    const store = createFileStore(root);
    const author = { by: "somebody" };
    const { version } = await new Registry(store).publish("iris", prepared, await prepareModel(path, prepared), author);
    await new Registry(store).promote("iris", version, "production", author);

    const reader = new Registry(watched(store, keys));
    const { manifest, aliasTag } = await reader.resolve("iris", "production");
    await reader.resolveIfMoved("iris", "production", aliasTag ?? "");
    for (const file of manifest.files) reader.locate("iris", file);
    const { iamStatements } = toLambdaDeployment(servicePlan({ aws: { bucket: "b" } }), FACTS);
    expect(keys.length).toBeGreaterThanOrEqual(3);
    for (const key of keys) expect([key, mayRead(iamStatements, `b/virga/flowers/dev/${key}`)]).toEqual([key, true]);
    for (const key of keys) {
      expect(mayRead(iamStatements, `b/virga/flowers/dev/${key.replace(/^iris/, "iris2")}`)).toBe(false);
      expect(mayRead(iamStatements, `b/${key}`)).toBe(false);
      expect(mayRead(iamStatements, `other/virga/flowers/dev/${key}`)).toBe(false);
    }

    keys.length = 0;
    await reader.resolve("iris", String(version));
    const pinned: PlannedModel = {
      name: "iris",
      origin: { kind: "registry", registryName: "iris", reference: String(version) },
    };
    const ofVersion = toLambdaDeployment(servicePlan({ aws: { bucket: "b" }, models: [pinned] }), FACTS).iamStatements;
    expect(keys).toHaveLength(1);
    for (const key of keys) expect([key, mayRead(ofVersion, `b/virga/flowers/dev/${key}`)]).toEqual([key, true]);
  });

  it("reads the bucket that the Serverless Framework was told to deploy through", () => {
    const { iamStatements, resources } = toLambdaDeployment(servicePlan(), { ...FACTS, deploymentBucket: "ours" });
    expect(mayRead(iamStatements, "ours/virga/flowers/dev/iris/aliases/production.json")).toBe(true);
    expect(resources.Outputs["VirgaStore"]?.Value).toBe("s3://ours/virga/flowers/dev");
  });

  it.each([
    ["created", { create: true } as const],
    ["existing", { fileSystem: "fs-1", accessPoint: "fsap-2", subnets: ["subnet-3"], securityGroups: ["sg-4"] }],
  ])("mounts a file system that is %s, through its access point only", (_name, efs) => {
    const { iamStatements } = toLambdaDeployment(servicePlan({ models: [IRIS], aws: { efs } }), FACTS);
    const mounting = iamStatements.filter(({ Action }) => !Action.includes("s3:GetObject"));
    expect(mounting).toHaveLength(1);
    expect(mounting[0]?.Action).toEqual(["elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"]);
    expect(mounting[0]?.Resource).toHaveLength(1);
    expect(JSON.stringify(mounting[0]?.Resource)).not.toContain("*");
    const condition = JSON.stringify(mounting[0]?.Condition);
    expect(condition).toContain("elasticfilesystem:AccessPointArn");
    expect(condition).toContain("create" in efs ? "VirgaAccessPoint" : "access-point/fsap-2");
  });
});
