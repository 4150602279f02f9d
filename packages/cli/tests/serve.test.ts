import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { encodeModel } from "@virga/conformance/onnx-model";
import { runVirga, startVirga } from "./support/run-virga.ts";
import { type Serving, startServing } from "./support/serving.ts";
import { addModel, scoresModel, sequenceModel } from "./support/test-models.ts";
import { createWorkspace, type Workspace } from "./support/workspace.ts";

const run = promisify(execFile);

let workspace: Workspace;
const started: Serving[] = [];

beforeEach(() => {
  workspace = createWorkspace();
});

afterEach(async () => {
  const codes = await Promise.all(started.splice(0).map((serving) => serving.stop()));
  workspace.remove();
  expect(codes.filter((code) => code !== 0)).toEqual([]);
});

async function start(...options: readonly string[]): Promise<Serving> {
  const serving = await startServing(workspace.folder, ...options);
  started.push(serving);
  return serving;
}

/** The line that the start shows, run as a person would who pastes it. */
async function pasteCurl(serving: Serving): Promise<unknown> {
  await serving.wrote("curl ");
  const [line = ""] = /curl .*/.exec(serving.stdout()) ?? [];
  const { stdout } = await run("sh", ["-c", line.replace("curl ", "curl -sS --fail-with-body ")]);
  return JSON.parse(stdout);
}

describe("virga serve", () => {
  it("shows what a model takes and gives, and a curl line that works", async () => {
    workspace.write("add.onnx", addModel(1));
    const serving = await start("add.onnx");
    expect(serving.stdout()).toMatch(
      /^Loading add.onnx …\n\nadd\n {2}input {3}x {2}float32 {2}\[-1, 2\]\n {2}output {2}y/,
    );
    expect(await pasteCurl(serving)).toBeInstanceOf(Object);
    expect(await serving.predict({ x: [[1, 2]] })).toMatchObject({ y: [[2, 3]] });
    expect(serving.stderr()).toBe("");
  });

  it("tells its metrics to this machine, and to others only where that is asked for", async () => {
    workspace.write("add.onnx", addModel(1));
    const alone = await start("add.onnx");
    await alone.predict({ x: [[1, 2]] });
    const text = await (await fetch(`${alone.url}/metrics`)).text();
    expect(text).toContain('virga_requests_total{model="add",route="/predict",status="200"} 1\n');
    // 127.0.0.1 all the same, in a form that is not taken for it.
    const open = await start("add.onnx", "--host", "127.1");
    expect((await fetch(`${open.url}/metrics`)).status).toBe(404);
    const asked = await start("add.onnx", "--host", "127.1", "--metrics");
    expect((await fetch(`${asked.url}/metrics`)).status).toBe(200);
  });

  it("writes an example that is too long for a line to a file that the curl line names", async () => {
    workspace.write("wide.onnx", wideModel());
    const serving = await start("wide.onnx");
    expect(await pasteCurl(serving)).toBeInstanceOf(Object);
    const [, file = ""] = /-d @'(\S+example.json)'/.exec(serving.stdout()) ?? [];
    expect(existsSync(file)).toBe(true);
    await serving.stop();
    expect(existsSync(file)).toBe(false);
  });

  it("serves several models under names of their own", async () => {
    workspace.write("one.onnx", addModel(1));
    workspace.write("two/model.onnx", addModel(2));
    const serving = await start("one.onnx", "second=two/model.onnx");
    const response = await fetch(`${serving.url}/v1/models/second:predict`, {
      method: "POST",
      body: '{"instances":[[1,1]]}',
    });
    expect(await response.json()).toEqual({ predictions: [[3, 3]] });
    expect(await pasteCurl(serving)).toBeInstanceOf(Object);
  });

  it("reads serverless.yml, with labels and the example for the curl line", async () => {
    workspace.write("models/scores.onnx", scoresModel());
    workspace.write(
      "serverless.yml",
      `service: animals
inference:
  models:
    animals:
      path: models/scores.onnx
      labels: [ant, bee, cat]
      example: { instances: [[0.1, 0.7, 0.2]] }
  memory: 512
custom: !Sub "not \${ours}"
`,
    );
    const serving = await start();
    expect(JSON.stringify(await pasteCurl(serving))).toContain('"bee"');
    expect(serving.stdout()).toContain("'{\"instances\":[[0.1,0.7,0.2]]}'");
  });

  it("takes labels from a file", async () => {
    workspace.write("scores.onnx", scoresModel());
    workspace.write("labels.txt", "ant\nbee\ncat\n");
    const serving = await start("scores.onnx", "--labels", "labels.txt");
    expect(JSON.stringify(await serving.predict({ instances: [[1, 0, 0]] }))).toContain('"ant"');
  });

  it("says which outputs nobody can get", async () => {
    workspace.write("list.onnx", sequenceModel());
    const serving = await start("list.onnx");
    expect(serving.stdout()).toMatch(/not usable: output list: /);
    expect(await serving.predict({ x: [1, 2] })).toMatchObject({ y: [1, 2] });
  });

  it("comes up with a model that cannot be loaded, not ready, and says why", async () => {
    workspace.write("broken.onnx", "this is no model");
    const serving = await start("broken.onnx");
    expect(serving.stderr()).toMatch(/^error: Model broken is not served: Model file broken.onnx/);
    expect((await fetch(`${serving.url}/v2/health/ready`)).ok).toBe(false);
    expect((await fetch(`${serving.url}/v2/health/live`)).ok).toBe(true);
    workspace.replace("broken.onnx", addModel(5));
    await serving.wrote("Model broken was reloaded.");
    expect((await fetch(`${serving.url}/v2/health/ready`)).ok).toBe(true);
    expect(await serving.predict({ x: [[1, 1]] })).toMatchObject({ y: [[6, 6]] });
  });

  it("shows a curl line for the model that stands when another does not", async () => {
    workspace.write("broken.onnx", "this is no model");
    workspace.write("add.onnx", addModel(1));
    const serving = await start("broken.onnx", "add.onnx");
    expect(await pasteCurl(serving)).toBeInstanceOf(Object);
  });

  it("bounds the size of requests", async () => {
    workspace.write("add.onnx", addModel(1));
    const serving = await start("add.onnx", "--max-body", "1kB");
    const body = JSON.stringify({ x: Array.from({ length: 500 }, () => [1, 1]) });
    const response = await fetch(`${serving.url}/predict`, { method: "POST", body });
    expect(response.status).toBe(413);
  });

  it("logs lines of JSON when asked", async () => {
    workspace.write("add.onnx", addModel(1));
    const serving = await start("add.onnx", "--json");
    await serving.wrote("service.example");
    const entries = serving
      .stdout()
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(entries.map(({ event }) => event)).toEqual([
      "service.loading",
      "model.ready",
      "server.listening",
      "service.example",
    ]);
    expect(entries[1]).toMatchObject({ level: "info", model: "add", signature: { inputs: [{ name: "x" }] } });
    expect(entries[2]).toMatchObject({ url: serving.url });
  });

  it("ends quietly when it is asked to while it starts", async () => {
    workspace.write("add.onnx", addModel(1));
    const virga = startVirga(workspace.folder, "serve", "add.onnx", "--port", "0");
    await virga.wrote("Loading ");
    virga.process.kill("SIGTERM");
    expect(await virga.exitCode).toBe(0);
    expect(virga.stderr()).toBe("");
  });

  it("ends at SIGTERM", async () => {
    workspace.write("add.onnx", addModel(1));
    const serving = await start("add.onnx");
    expect(await serving.stop()).toBe(0);
    expect(serving.stdout()).toMatch(/Stopped\.\n$/);
  });

  it("says that a port is taken, and what to do", async () => {
    workspace.write("add.onnx", addModel(1));
    const { port } = new URL((await start("add.onnx")).url);
    const { code, stderr } = await runVirga(workspace.folder, ["serve", "add.onnx", "--port", port]);
    expect(code).toBe(1);
    expect(stderr).toMatch(
      `error: Port ${port} is taken: stop the program that uses it, or choose another with --port.\n`,
    );
  });
});

function wideModel(): Uint8Array {
  return encodeModel({
    inputs: [{ name: "x", tensor: "float32", shape: [1, 3_000] }],
    outputs: [{ name: "y", tensor: "float32", shape: [1] }],
    operations: [
      { operator: "ReduceSum", inputs: ["x", "axes"], outputs: ["y"], attributes: { keepdims: { int: 0 } } },
    ],
    initializers: [{ name: "axes", type: "int64", shape: [1], data: new BigInt64Array([1n]) }],
  });
}
