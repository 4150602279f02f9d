import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { functionUrl, publishModel, startBucketServer } from "@virga/conformance/lambda-front";
import { Uint8ArrayReader, Uint8ArrayWriter, ZipReader } from "@zip.js/zip.js";
import { runVirga } from "./support/run-virga.ts";
import { createWorkspace, type Workspace } from "./support/workspace.ts";

const IRIS = fileURLToPath(new URL("../../../examples/iris/", import.meta.url));
const NATIVE_FILES = ["onnxruntime_binding.node", "libonnxruntime.so.1"];

let workspace: Workspace;

beforeEach(() => {
  workspace = createWorkspace();
  for (const name of ["serverless.yml", "model.onnx"]) cpSync(join(IRIS, name), join(workspace.folder, name));
});
afterEach(() => workspace.remove());

async function unzip(path: string, folder: string): Promise<void> {
  const reader = new ZipReader(new Uint8ArrayReader(readFileSync(path)));
  for (const entry of await reader.getEntries()) {
    if (entry.directory) throw new Error(`${entry.filename} is a folder`);
    const target = join(folder, entry.filename);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, await entry.getData(new Uint8ArrayWriter()));
  }
}

/** Invokes the handler of an unpacked function once, in a process with nothing in its environment but what is given. */
async function invoke(folder: string, event: object, environment: Readonly<Record<string, string>>): Promise<string> {
  const code =
    'const { handler } = await import("./index.mjs");' +
    `const context = { awsRequestId: "request-1", getRemainingTimeInMillis: () => 30_000 };` +
    `process.stderr.write(JSON.stringify(await handler(${JSON.stringify(event)}, context)));`;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", code], { cwd: folder, env: environment });
  let answer = "";
  child.stderr.on("data", (piece: Buffer) => {
    answer += piece.toString();
  });
  child.stdout.resume();
  const [exitCode] = await once(child, "close");
  if (exitCode !== 0) throw new Error(answer);
  return answer;
}

describe("virga build", () => {
  it("makes a zip that answers from an empty folder with an empty environment", async () => {
    const built = await runVirga(workspace.folder, ["build", "--provider", "aws", "-o", "out/function", "--zip"]);
    expect(built.stdout).toMatch(
      /out\/function holds the function, [\d.]+ MB:\n +\d+,\d+,\d+ {2}libonnxruntime\.so\.1\n/,
    );
    expect(built.stdout).toMatch(/virga push iris model\.onnx --store s3:\/\/BUCKET\/virga\n/);
    expect(readdirSync(join(workspace.folder, "out/function")).sort()).toEqual(["index.mjs", ...NATIVE_FILES].sort());
    expect(statSync(join(workspace.folder, "out/function.zip")).size).toBeLessThan(18_000_000);

    const unpacked = join(workspace.folder, "unpacked");
    await unzip(join(workspace.folder, "out/function.zip"), unpacked);
    const sizes = readdirSync(unpacked).map((name) => statSync(join(unpacked, name)).size);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(47_000_000);

    const buckets = join(workspace.folder, "buckets");
    await publishModel(join(buckets, "models/virga"), "iris", readFileSync(join(workspace.folder, "model.onnx")));
    const server = await startBucketServer({ folder: buckets });
    try {
      const request = new Request("https://service/predict", {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ instances: [[5.1, 3.5, 1.4, 0.2]] }),
      });
      const answer = await invoke(unpacked, await functionUrl.toEvent(request), {
        VIRGA_STORE: "s3://models/virga",
        VIRGA_CACHE: join(workspace.folder, "cache"),
        AWS_REGION: "eu-west-1",
        AWS_ACCESS_KEY_ID: "key",
        AWS_SECRET_ACCESS_KEY: "secret",
        AWS_ENDPOINT_URL_S3: server.url,
      });
      expect(JSON.parse(answer)).toMatchObject({ statusCode: 200, body: expect.stringContaining('"setosa"') });
    } finally {
      await server.close();
    }
  });

  it("says as JSON what is in a function for arm64 with a predictor, and builds the same again", async () => {
    workspace.write("serverless.yml", PREDICTING);
    workspace.write("predict.ts", PREDICTOR);
    workspace.write("labels.txt", "a\nb\nc");
    const words = ["build", "--provider", "aws", "-o", "function", "--json"];
    const built = await runVirga(workspace.folder, words);
    const { files, parts } = JSON.parse(built.stdout) as BuiltFunction;
    expect(files.map(({ name }) => name)).toEqual(["index.mjs", ...NATIVE_FILES, "assets/source/labels.txt"]);
    expect(parts.map(({ packageName }) => packageName)).toContain("@virga/aws");
    expect(readFileSync(join(workspace.folder, "function", "libonnxruntime.so.1")).readUInt16LE(18)).toBe(183);
    const bundle = readFileSync(join(workspace.folder, "function/index.mjs"));
    expect((await runVirga(workspace.folder, words)).code).toBe(0);
    expect(readFileSync(join(workspace.folder, "function/index.mjs")).equals(bundle)).toBe(true);
  });

  it("writes what gcloud deploys as it is, and the command", async () => {
    workspace.write(
      "serverless.yml",
      "service: s\ninference:\n  models: { m: model.onnx }\n  memory: 2048\n  google: { score: gs://inbox }\n",
    );
    const words = ["build", "--provider", "google", "-o", "function"];
    const { code, stdout } = await runVirga(workspace.folder, words);
    expect(code).toBe(0);
    expect(readdirSync(join(workspace.folder, "function")).sort()).toEqual(
      [".gcloudignore", "index.mjs", "layout-process.mjs", "worker-entry.mjs", ...NATIVE_FILES, "package.json"].sort(),
    );
    const manifest: unknown = JSON.parse(readFileSync(join(workspace.folder, "function/package.json"), "utf8"));
    expect(manifest).toEqual({ name: "s-dev-predict", private: true, type: "module", main: "index.mjs" });
    expect(stdout.replaceAll(" \\\n ", "")).toContain(
      "gcloud functions deploy s-dev-predict --gen2 --runtime=nodejs22 --region=us-central1 --project=project-id --source=function --entry-point=predict --trigger-http --no-allow-unauthenticated --memory=2048Mi --cpu=1",
    );
    expect(stdout.replaceAll(" \\\n ", "")).toMatch(
      /^gcloud functions deploy s-dev-score .* --source=function --entry-point=score --trigger-bucket=gs:\/\/inbox --retry/m,
    );
    expect((await runVirga(workspace.folder, words)).code).toBe(0);
  });

  it.each([
    [["--provider", "google", "-o", "f", "--config", "timeout.yml"], 1, /inference\.timeout is 4000/],
    [["--provider", "azure", "-o", "f"], 2, /Allowed choices are aws, google/],
    [["--provider", "aws"], 2, /'-o, --output <folder>' not specified/],
    [["-o", "f"], 2, /'--provider <cloud>' not specified/],
    [["--provider", "aws", "-o", "."], 1, /holds .*, which is no part of a function built before/],
    [["--provider", "aws", "-o", "f", "--config", "none.yml"], 1, /There is no config none.yml/],
    [["--provider", "aws", "-o", "f", "--config", "large.yml"], 1, /inference\.memory: a function has 128 to 10240 MB/],
    [
      ["--provider", "aws", "-o", "f", "--config", "absent.yml"],
      1,
      /There is no file none\.onnx \(inference\.models\.m\)/,
    ],
  ])("refuses %j and writes nothing", async (words, expectedCode, message) => {
    workspace.write("large.yml", "service: s\ninference:\n  models: { m: model.onnx }\n  memory: 20000\n");
    workspace.write("timeout.yml", "service: s\ninference:\n  models: { m: model.onnx }\n  timeout: 4000\n");
    workspace.write("absent.yml", "service: s\ninference:\n  models: { m: none.onnx }\n");
    const { code, stdout, stderr } = await runVirga(workspace.folder, ["build", ...words]);
    expect(stderr).toMatch(message);
    expect(code).toBe(expectedCode);
    expect(stdout).toBe("");
    expect(existsSync(join(workspace.folder, "f"))).toBe(false);
  });
});

interface BuiltFunction {
  readonly files: readonly { readonly name: string }[];
  readonly parts: readonly { readonly packageName: string }[];
}

const PREDICTING = `
service: labelled
inference:
  models: { iris: model.onnx }
  predictor: predict.ts
  aws: { architecture: arm64 }
`;

const PREDICTOR = `
import { readFileSync } from "node:fs";
import { definePredictor } from "@virga/core";
const labels = readFileSync(new URL("./labels.txt", import.meta.url), "utf8").split("\\n");
export default definePredictor({
  inputs: { x: { type: "float32", shape: [1, 4] } },
  outputs: { y: { type: "string", shape: [1] } },
  predict: async () => ({ y: { type: "string", shape: [1], data: labels.slice(0, 1) } }),
});
`;
