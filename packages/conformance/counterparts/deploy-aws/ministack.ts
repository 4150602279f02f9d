import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { tensor } from "@virga/core";
import { createInfer } from "../../src/corpus/open-inference-client.ts";
import type { CheckResult } from "../counterpart.ts";
import { goldenReplay } from "../replay/replay.ts";
import { withStandIn } from "../stand-in.ts";
import { AwsResources } from "./aws-resources.ts";
import { otherIris } from "./other-model.ts";
import { OWN_BUCKET, withOwnBucket } from "./own-bucket-steps.ts";
import { type Project, REGION, ROOT, runCommand, runServerless, runVirga, withCopy } from "./project.ts";
import { createSignedSend } from "./signed-request.ts";
import { runSteps, type Step } from "./steps.ts";

/** Where a deployed function keeps weights; on this stand-in it is a folder of this machine. */
const FUNCTION_CACHE = "/tmp/virga";
const FUNCTION = "iris-dev-predict";
const SETOSA = { instances: [[5.1, 3.5, 1.4, 0.2]] };
/** A running function looks at its alias again after ten seconds. */
const PATIENCE_MS = 60_000;

/** MiniStack runs a deployed function as a process: the root's `serverless.yml` from `deploy` to `remove`. */
export async function deployOnMinistack(python: string, report: (result: CheckResult) => void): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "virga-ministack-"));
  const isCacheOurs = !existsSync(FUNCTION_CACHE);
  const ministack = {
    command: join(python, "ministack"),
    arguments: () => [],
    environment: (port: number) => ({
      BIND_HOST: "127.0.0.1",
      GATEWAY_PORT: String(port),
      // It leaves unpacked functions behind when it is stopped.
      TMPDIR: folder,
      IOT_MTLS_ENABLED: "0",
      // The host that it takes HTTP APIs to have; function URLs are known by any.
      MINISTACK_HOST: `${REGION}.amazonaws.com`,
    }),
    readyPath: "/_ministack/health",
    folder,
  };
  try {
    await withStandIn(ministack, async (endpoint) => {
      await runSteps("ministack, function URL", wholeLife({ folder: ROOT, endpoint }, folder), report);
      await withCopy(["aws: { front: http-api }"], (copy) =>
        runSteps("ministack, HTTP API", behindHttpApi({ folder: copy, endpoint }), report),
      );
      await withCopy(["access: api-key", `aws: { bucket: ${OWN_BUCKET} }`], (copy) =>
        runSteps("ministack, own bucket and API key", withOwnBucket({ folder: copy, endpoint }), report),
      );
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
    if (isCacheOurs) rmSync(FUNCTION_CACHE, { recursive: true, force: true });
  }
}

function wholeLife(project: Project, folder: string): readonly Step[] {
  const { endpoint } = project;
  const aws = new AwsResources(endpoint);
  const send = createSignedSend("lambda", endpoint);
  let url = "";
  let modifiedAt = "";
  return [
    {
      check: "deploy --provider aws",
      run: async () => {
        const printed = await runServerless(project, "deploy", "--provider", "aws");
        assert.match(printed, /Model iris: published as version 1, production now/);
        url = readUrl(printed);
      },
    },
    {
      check: "a function with its role, log group and private URL",
      run: async () => {
        const { Runtime, MemorySize, Architectures, LastModified = "" } = await aws.functionNamed(FUNCTION);
        assert.deepEqual([Runtime, MemorySize, Architectures], ["nodejs24.x", 1024, ["x86_64"]]);
        assert.equal(await aws.urlAuthentication(FUNCTION), "AWS_IAM");
        assert.equal(await aws.logRetentionDays(`/aws/lambda/${FUNCTION}`), 14);
        const readable = (await aws.roleResources(`iris-dev-${REGION}-lambdaRole`)).filter((each) => /:s3:/.test(each));
        assert.ok(readable.length > 0 && readable.every((each) => /\/virga\/iris\/(aliases|blobs)\//.test(each)));
        modifiedAt = LastModified;
      },
    },
    {
      check: "an unsigned request is refused",
      run: async () => {
        const headers = { host: new URL(url).host };
        const words = ["-s", "-o", "/dev/null", "-w", "%{http_code}", "-H", `host: ${headers.host}`];
        assert.equal(await runCommand("curl", [...words, `${endpoint}/predict`], project), "403");
      },
    },
    {
      check: "JSON through the function URL, with the line that deploy printed",
      run: async () => {
        const line = /call: (curl .*)/.exec(await runServerless(project, "info", "--provider", "aws"))?.[1] ?? "";
        const here = line
          .replace("curl", `curl --silent --show-error --connect-to ${new URL(url).host}:80:${new URL(endpoint).host}`)
          .replace("https://", "http://");
        assert.equal(labelOf(await runCommand("sh", ["-c", here], project)), "setosa");
      },
    },
    { check: "binary tensors through the function URL", run: () => predictBinary(url, send) },
    ...goldenReplay(() => url, send),
    {
      check: "deploy again changes nothing",
      run: async () => {
        const printed = await runServerless(project, "deploy");
        assert.match(printed, /Model iris: unchanged, version 1/);
        assert.match(printed, /No changes to deploy/);
        assert.equal((await aws.functionNamed(FUNCTION)).LastModified, modifiedAt);
      },
    },
    {
      check: "virga push and promote: a new answer without a deploy",
      run: async () => {
        const model = join(folder, "other.onnx");
        writeFileSync(model, otherIris(readFileSync(join(ROOT, "examples/iris/model.onnx"))));
        const store = /store: (s3:\S+)/.exec(await runServerless(project, "info"))?.[1] ?? "";
        await runVirga(project, "push", "iris", model, "--store", store);
        await runVirga(project, "promote", "iris", "2", "--store", store);
        await untilLabel("virginica", url, send);
        assert.equal((await aws.functionNamed(FUNCTION)).LastModified, modifiedAt);
      },
    },
    {
      check: "a deploy leaves that promotion alone",
      run: async () => {
        assert.match(await runServerless(project, "deploy"), /production is version 2/);
      },
    },
    {
      check: "info names the models and their versions",
      run: async () => {
        const printed = await runServerless(project, "info", "--provider", "aws");
        assert.match(printed, /iris: production is version 2/);
        assert.equal(readUrl(printed), url);
      },
    },
    {
      check: "invoke takes a document and gives one",
      run: async () => {
        const words = ["invoke", "--function", "predict", "--data", JSON.stringify(SETOSA)];
        assert.equal(labelOf(await runServerless(project, ...words)), "virginica");
      },
    },
    {
      check: "logs",
      run: async () => assert.match(await runServerless(project, "logs", "--function", "predict"), /START|INIT_START/),
    },
    {
      check: "remove leaves nothing",
      run: async () => {
        await runServerless(project, "remove", "--provider", "aws");
        assert.deepEqual(await aws.leftOver("iris-dev"), []);
      },
    },
  ];
}

function behindHttpApi(project: Project): readonly Step[] {
  const aws = new AwsResources(project.endpoint);
  const send = createSignedSend("execute-api", project.endpoint);
  let url = "";
  return [
    {
      check: "deploy",
      run: async () => {
        url = readUrl(await runServerless(project, "deploy"));
        assert.match(url, /\.execute-api\./);
      },
    },
    { check: "JSON through the HTTP API", run: () => untilLabel("setosa", url, send) },
    { check: "binary tensors through the HTTP API", run: () => predictBinary(url, send) },
    {
      check: "remove leaves nothing",
      run: async () => {
        await runServerless(project, "remove");
        assert.deepEqual(await aws.leftOver("iris-dev"), []);
      },
    },
  ];
}

type Send = ReturnType<typeof createSignedSend>;

function readUrl(printed: string): string {
  const url = /^ {2}url: (https:\S+)$/m.exec(printed)?.[1];
  assert.ok(url !== undefined, `no URL was printed:\n${printed}`);
  return url;
}

function labelOf(answer: string): unknown {
  return /"label":\s*"?(\w+)"?/.exec(answer)?.[1];
}

async function predictBinary(url: string, send: Send): Promise<void> {
  const infer = createInfer(url.replace(/\/$/, ""), "binary", send);
  const inputs = { X: tensor("float32", [2, 4], Float32Array.of(5.1, 3.5, 1.4, 0.2, 6.7, 3, 5.2, 2.3)) };
  const answer = await infer("iris", inputs);
  assert.ok(answer.kind === "outputs", JSON.stringify(answer));
  assert.deepEqual(answer.outputs["label"]?.data, ["setosa", "virginica"]);
}

async function untilLabel(label: string, url: string, send: Send): Promise<void> {
  const untilMs = performance.now() + PATIENCE_MS;
  let answer = "";
  while (performance.now() < untilMs) {
    const headers = { "content-type": "application/json" };
    const request = new Request(new URL("predict", url), { method: "POST", headers, body: JSON.stringify(SETOSA) });
    answer = await (await send(request)).text();
    if (labelOf(answer) === label) return;
    await sleep(1_000);
  }
  assert.fail(`After ${PATIENCE_MS / 1_000} s the answer was still ${answer}`);
}
