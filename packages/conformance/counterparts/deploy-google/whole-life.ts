import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createPredictor, tensor } from "@virga/core";
import { createInfer } from "../../src/corpus/open-inference-client.ts";
import { otherIris } from "../deploy-aws/other-model.ts";
import { type Project, ROOT, runCommand, runServerless, runVirga } from "../deploy-aws/project.ts";
import type { Step } from "../deploy-aws/steps.ts";
import { goldenReplay } from "../replay/replay.ts";
import type { GoogleCloud } from "./google-cloud.ts";

const MODEL = join(ROOT, "examples/iris/model.onnx");
const SETOSA = { instances: [[5.1, 3.5, 1.4, 0.2]] };
const ROWS = Float32Array.of(5.1, 3.5, 1.4, 0.2, 6.7, 3, 5.2, 2.3);
/** A running function looks at its alias again after ten seconds. */
const PATIENCE_MS = 60_000;
const BUCKET_PATH = "storage/v1/b/virga-counterpart-iris-dev-virga";
const GOOGLE = ["--provider", "google"];

/** The root's `serverless.yml`, as it is, from `deploy` to `remove`. */
export function wholeLife(project: Project, cloud: GoogleCloud): readonly Step[] {
  let url = "";
  const send = async (request: Request): Promise<Response> => {
    request.headers.set("authorization", `Bearer ${await cloud.identityToken(url)}`);
    return fetch(request);
  };
  return [
    {
      check: "deploy --provider google",
      run: async () => {
        const printed = await runServerless(project, "deploy", ...GOOGLE);
        assert.match(printed, /Model iris: published as version 1, production now/);
        url = readUrl(printed);
      },
    },
    {
      check: "the model lies in fake-gcs-server",
      run: async () => {
        const objects = new URL(`${BUCKET_PATH}/o`, cloud.storage.objects);
        const [blob, digest] = /virga\/iris\/blobs\/([0-9a-f]{64})/.exec(await (await fetch(objects)).text()) ?? [];
        const bytes = await fetch(`${objects}/${encodeURIComponent(blob ?? "")}?alt=media`);
        const found = createHash("sha256").update(Buffer.from(await bytes.arrayBuffer()));
        assert.equal(found.digest("hex"), digest);
      },
    },
    {
      check: "a request without a token is refused",
      run: async () => assert.equal((await fetch(`${url}/predict`, { method: "POST", body: "{}" })).status, 403),
    },
    { check: "JSON over HTTP", run: () => untilLabel("setosa", url, send) },
    { check: "binary tensors over HTTP, bit for bit those of the model here", run: () => predictBinary(url, send) },
    ...goldenReplay(() => url, send),
    {
      check: "deploy again publishes nothing and keeps the URL",
      run: async () => {
        const printed = await runServerless(project, "deploy", ...GOOGLE);
        assert.match(printed, /Model iris: unchanged, version 1/);
        assert.equal(readUrl(printed), url);
      },
    },
    {
      check: "virga push and promote: a new answer without a deploy",
      run: async () => {
        const model = join(cloud.folder, "other.onnx");
        writeFileSync(model, otherIris(readFileSync(MODEL)));
        const store = /store: (gs:\S+)/.exec(await runServerless(project, "info", ...GOOGLE))?.[1] ?? "";
        await runVirga(project, "push", "iris", model, "--store", store);
        await runVirga(project, "promote", "iris", "2", "--store", store);
        await untilLabel("virginica", url, send);
      },
    },
    {
      check: "a deploy leaves that promotion alone",
      run: async () => assert.match(await runServerless(project, "deploy", ...GOOGLE), /production is version 2/),
    },
    {
      check: "info names the models and their versions",
      run: async () => {
        const printed = await runServerless(project, "info", ...GOOGLE);
        assert.match(printed, /iris: production is version 2/);
        assert.equal(readUrl(printed), url);
      },
    },
    {
      check: "invoke",
      run: async () => {
        const words = ["invoke", "--function", "predict", "--data", JSON.stringify(SETOSA), ...GOOGLE];
        assert.equal(labelOf(await runServerless(project, ...words)), "virginica");
      },
    },
    {
      check: "logs",
      run: async () =>
        assert.match(await runServerless(project, "logs", "--function", "predict", ...GOOGLE), /Serving function/),
    },
    {
      check: "remove leaves nothing",
      run: async () => {
        await runServerless(project, "remove", ...GOOGLE);
        assert.match(await runServerless(project, "info", ...GOOGLE), /not deployed/);
        for (const server of [cloud.storage.url, cloud.storage.objects]) {
          assert.equal((await fetch(new URL(BUCKET_PATH, server))).status, 404);
        }
      },
    },
    { check: "nothing was asked that Google's description does not know", run: async () => expectUnderstood(cloud) },
  ];
}

/** What `virga build` writes and prints, deployed by Google's own tool. */
export function deployedByGcloud(project: Project, cloud: GoogleCloud): readonly Step[] {
  const output = join(cloud.folder, "function");
  let command = "";
  let url = "";
  return [
    {
      check: "virga build prints gcloud's command",
      run: async () => {
        const printed = await runVirga(project, "build", ...GOOGLE, "-o", output);
        command = /gcloud functions deploy [\s\S]+/.exec(printed)?.[0].trim() ?? "";
        assert.match(command, /--gen2/);
      },
    },
    {
      check: "gcloud deploys that folder as it is",
      run: async () => {
        const isPublic = command.replace("--no-allow-unauthenticated", "--allow-unauthenticated");
        const printed = await runCommand("sh", ["-c", `${isPublic} --format='value(serviceConfig.uri)'`], project);
        url = /http:\/\/127\.0\.0\.1:\d+/.exec(printed)?.[0] ?? "";
        assert.equal((await fetch(`${url}/v2/health/live`)).status, 200, printed);
      },
    },
    { check: "nothing was asked that Google's description does not know", run: async () => expectUnderstood(cloud) },
  ];
}

type Send = (request: Request) => Promise<Response>;

function expectUnderstood({ functions, storage }: GoogleCloud): void {
  assert.deepEqual([functions.misunderstood, storage.misunderstood], [[], []]);
}

function readUrl(printed: string): string {
  const url = /^ {2}url: (http:\S+)$/m.exec(printed)?.[1];
  assert.ok(url !== undefined, `no URL was printed:\n${printed}`);
  return url;
}

function labelOf(answer: string): unknown {
  return /"label":\s*"?(\w+)"?/.exec(answer)?.[1];
}

/** The tensors that the same model gives on this machine: what every cloud has to give. */
async function predictBinary(url: string, send: Send): Promise<void> {
  const answer = await createInfer(url, "binary", send)("iris", { X: tensor("float32", [2, 4], ROWS) });
  assert.ok(answer.kind === "outputs", JSON.stringify(answer));
  const here = await createPredictor(MODEL);
  try {
    const expected = await here.predict({ X: tensor("float32", [2, 4], ROWS) });
    assert.deepEqual(answer.outputs["probabilities"]?.data, expected["probabilities"]?.data);
    assert.deepEqual(answer.outputs["label"]?.data, ["setosa", "virginica"]);
  } finally {
    await here.close();
  }
}

async function untilLabel(label: string, url: string, send: Send): Promise<void> {
  const untilMs = performance.now() + PATIENCE_MS;
  let answer = "";
  while (performance.now() < untilMs) {
    const headers = { "content-type": "application/json" };
    answer = await (
      await send(new Request(`${url}/predict`, { method: "POST", headers, body: JSON.stringify(SETOSA) }))
    ).text();
    if (labelOf(answer) === label) return;
    await sleep(1_000);
  }
  assert.fail(`After ${PATIENCE_MS / 1_000} s the answer was still ${answer}`);
}
