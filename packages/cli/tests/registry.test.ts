import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { runVirga } from "./support/run-virga.ts";
import { addModel, noiseModel } from "./support/test-models.ts";
import { createWorkspace, type Workspace } from "./support/workspace.ts";

let workspace: Workspace;

beforeEach(() => {
  workspace = createWorkspace();
});
afterEach(() => workspace.remove());

async function virga(...words: string[]): Promise<unknown> {
  const { code, stdout, stderr } = await runVirga(workspace.folder, [...words, "--json"]);
  if (code !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}

describe("the registry from the command line", () => {
  it("pushes, promotes, lists, rolls back and deletes", async () => {
    workspace.write("one.onnx", addModel(1));
    workspace.write("two.onnx", addModel(2));
    expect(await virga("push", "add", "one.onnx", "--note", "first")).toMatchObject({ name: "add", version: 1 });
    expect(await virga("push", "add", "two.onnx")).toMatchObject({ version: 2 });
    expect(await virga("push", "add", "one.onnx")).toMatchObject({ version: 1 });
    expect(await virga("promote", "add", "1")).toEqual({ name: "add", alias: "production", from: null, to: 1 });
    expect(await virga("promote", "add", "2")).toMatchObject({ from: 1, to: 2 });
    expect(await virga("versions", "add")).toMatchObject({
      versions: [
        { version: 1, aliases: [], note: "first" },
        { version: 2, aliases: ["production"] },
      ],
    });
    expect(await virga("rollback", "add")).toMatchObject({ from: 2, to: 1 });
    expect(await virga("delete", "add", "2")).toEqual({ name: "add", deleted: 2 });
    expect(await virga("gc", "add")).toMatchObject({ deletedFiles: 0 });
  });

  it("shows people a table and says what to do next", async () => {
    workspace.write("one.onnx", addModel(1));
    const pushed = await runVirga(workspace.folder, ["push", "add", "one.onnx"]);
    expect(pushed.stdout).toMatch(/add is version 1 in file:.*\nServe it with: virga promote add 1\n$/);
    const listed = await runVirga(workspace.folder, ["versions", "add"]);
    expect(listed.stdout).toMatch(/^VERSION {2}ALIASES .*\n1 /);
    const none = await runVirga(workspace.folder, ["versions", "other"]);
    expect(none.stdout).toMatch(/has no version of other; make one with: virga push other model.onnx/);
  });

  it("says why a model is not prepared, and publishes it all the same", async () => {
    workspace.write("noise.onnx", noiseModel());
    const reason = /Kept as it is: it gives different answers to the same input/;
    const prepared = await runVirga(workspace.folder, ["prepare", "noise.onnx", "-o", "prepared"]);
    expect(prepared).toMatchObject({ code: 0, stdout: expect.stringMatching(reason) });
    const pushed = await runVirga(workspace.folder, ["push", "noise", "noise.onnx"]);
    expect(pushed).toMatchObject({ code: 0, stdout: expect.stringMatching(reason) });
    expect(pushed.stdout).toMatch(/noise is version 1/);
    expect((await runVirga(workspace.folder, ["versions", "noise"])).stdout).toContain("as published");
  });

  it.each([
    [["promote", "add", "7"], 1, /has no version 7 of add/],
    [["promote", "add", "seven"], 2, /A version is a number from 1/],
    [["delete", "add", "1"], 1, /has no version 1 of add/],
    [["push", "add", "none.onnx"], 1, /There is no file none.onnx/],
    [["push", "../add", "one.onnx"], 1, /is no model name/],
    [["versions", "add", "--store", "ftp://models"], 1, /is no store: use s3:/],
    [["versions", "add", "--store", "s3://"], 1, /names no bucket/],
  ])("refuses %j", async (words, expectedCode, message) => {
    workspace.write("one.onnx", addModel(1));
    const { code, stdout, stderr } = await runVirga(workspace.folder, words);
    expect(stderr).toMatch(message);
    expect(stdout).toBe("");
    expect(code).toBe(expectedCode);
  });
});
