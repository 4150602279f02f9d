import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { build } from "esbuild";
import { createWorkspace, type Workspace } from "../support/workspace.ts";

const CHROMIUM = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find((path) =>
  existsSync(path),
);
const PROGRAM = `
  import { estimate, standardPriceBook } from "@virga/cost";
  const workload = { requests: 1_000_000, durationMs: 500, memoryMb: 2_048 };
  const found = estimate(workload, { product: "lambda", region: "us-east-1" }, standardPriceBook());
  globalThis.answer = found.isPossible ? found.total : found.problems.join();
`;

let workspace: Workspace;
let script: string;

beforeAll(async () => {
  workspace = createWorkspace();
  const { outputFiles } = await build({
    stdin: { contents: PROGRAM, resolveDir: fileURLToPath(new URL(".", import.meta.url)) },
    bundle: true,
    write: false,
    format: "iife",
    platform: "browser",
    conditions: ["virga:source"],
    minify: true,
    // It would not resolve a module of Node.
    logLevel: "silent",
  });
  script = outputFiles[0]!.text;
});
afterAll(() => workspace.remove());

describe("@virga/cost in a browser", () => {
  it("is one script with its prices, without a module of Node", () => {
    expect(script.length).toBeLessThan(160_000);
    expect(script).not.toMatch(/\brequire\(|node:|process\.|Buffer\b/);
  });

  (CHROMIUM === undefined ? it.skip : it)("gives the same figure (skipped where there is no Chromium)", async () => {
    const profile = mkdtempSync(join(tmpdir(), "virga-chromium-"));
    const page = `<!doctype html><title>-</title><script>${script}; document.title = globalThis.answer;</script>`;
    const flags = ["--headless", "--no-sandbox", "--disable-gpu", `--user-data-dir=${profile}`, "--dump-dom"];
    const address = pathToFileURL(workspace.write("cost.html", page)).href;
    const { stdout } = await promisify(execFile)(CHROMIUM!, [...flags, address]);
    rmSync(profile, { recursive: true, force: true });
    expect(/<title>([^<]*)<\/title>/.exec(stdout)?.[1]).toBe("16.87");
  });
});
