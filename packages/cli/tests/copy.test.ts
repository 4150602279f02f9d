import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { type StrictGcs, startStrictGcs } from "@virga/conformance/strict-gcs";
import { Registry } from "@virga/core/weights";
import { createGcsStore } from "@virga/google";
import { copy } from "../src/registry/copy.ts";
import { runVirga } from "./support/run-virga.ts";
import { addModel } from "./support/test-models.ts";
import { createWorkspace, type Workspace } from "./support/workspace.ts";

const LOCAL = ".virga/registry";

let workspace: Workspace;
let server: StrictGcs;
let printed: string[];

beforeEach(async () => {
  workspace = createWorkspace();
  printed = [];
  server = await startStrictGcs({ buckets: { models: {} } });
  workspace.write("one.onnx", addModel(1));
  workspace.write("two.onnx", addModel(2));
});
afterEach(async () => {
  await server.close();
  workspace.remove();
});

async function virga(...words: string[]): Promise<void> {
  const { code, stderr } = await runVirga(workspace.folder, words);
  if (code !== 0) throw new Error(stderr);
}

async function copyTo(model: string, target: string): Promise<unknown> {
  const environment = { STORAGE_EMULATOR_HOST: server.url.origin };
  const print = (line: string) => void printed.push(line);
  await copy(
    { model, target, json: true },
    { folder: workspace.folder, environment, print, complain: () => undefined },
  );
  return JSON.parse(printed.at(-1) ?? "");
}

describe("virga copy", () => {
  it("takes a version to another cloud and back, and content that is there keeps its version", async () => {
    await virga("push", "add", "one.onnx");
    await virga("push", "add", "two.onnx");
    await virga("promote", "add", "2");
    const answer = { name: "add", from: 2, version: 1, store: "gs://models/teams" };
    expect(await copyTo("add@production", "gs://models/teams")).toMatchObject(answer);
    expect(await copyTo("add@2", "gs://models/teams")).toMatchObject(answer);
    expect(await copyTo("gs://models/teams/add@1", "other")).toMatchObject({ from: 1, version: 1 });
    expect(await copyTo("gs://models/teams/add@1", LOCAL)).toMatchObject({ from: 1, version: 2 });
    const there = new Registry(createGcsStore({ bucket: "models", prefix: "teams", endpoint: server.url }));
    const [version] = await there.versions("add");
    const here = await runVirga(workspace.folder, ["versions", "add", "--json"]);
    expect(JSON.parse(here.stdout).versions[1].sourceSha256).toBe(version?.manifest.sourceSha256);
    expect(server.misunderstood).toEqual([]);
  });

  it("copies nothing whose bytes are not those that were published", async () => {
    await virga("push", "add", "one.onnx");
    const blobs = join(workspace.folder, LOCAL, "add/blobs");
    const [blob = ""] = readdirSync(blobs);
    const bytes = readFileSync(join(blobs, blob));
    bytes[0] = (bytes[0] ?? 0) ^ 1;
    writeFileSync(join(blobs, blob), bytes, { mode: 0o644 });
    await expect(copyTo("add@1", "gs://models/teams")).rejects.toMatchObject({ code: "WEIGHTS_CORRUPT" });
    const there = new Registry(createGcsStore({ bucket: "models", prefix: "teams", endpoint: server.url }));
    expect(await there.versions("add")).toEqual([]);
  });

  it.each([
    [["copy", "one.onnx", "other"], 1, /one.onnx names no version of a registry: write the store, the model/],
    [["copy", "add@7", "other"], 1, /has no version 7 of add/],
    [["copy", "add@1", "ftp://models"], 1, /is no store: use s3:/],
  ])("refuses %j", async (words, expectedCode, message) => {
    const { code, stderr } = await runVirga(workspace.folder, words);
    expect([code, stderr]).toEqual([expectedCode, expect.stringMatching(message)]);
  });
});
