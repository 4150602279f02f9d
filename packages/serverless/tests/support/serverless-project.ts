import { execFile } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../../..", import.meta.url));
const SERVERLESS = createRequire(import.meta.url).resolve("serverless/bin/serverless.js");
/** The plugin runs as it is written, so that tests need no build. */
const FLAGS = ["--conditions=virga:source", "--disable-warning=ExperimentalWarning"];
const DEADLINE_MS = 240_000;

/** A command that has ended. */
export interface Ended {
  readonly code: number;
  readonly printed: string;
}

/** A folder with the iris classifier and a `serverless.yml`, for the real Serverless Framework. */
export class ServerlessProject {
  readonly folder: string = mkdtempSync(join(tmpdir(), "virga-serverless-"));

  constructor() {
    mkdirSync(join(this.folder, "models"));
    cpSync(join(ROOT, "examples/iris/model.onnx"), join(this.folder, "models/iris.onnx"));
    symlinkSync(join(ROOT, "node_modules"), join(this.folder, "node_modules"));
  }

  write(file: string, text: string): void {
    writeFileSync(join(this.folder, file), text);
  }

  read(file: string): Buffer {
    return readFileSync(join(this.folder, file));
  }

  /** What a deployment would give to CloudFormation. */
  template(): Template {
    return JSON.parse(this.read(".serverless/cloudformation-template-update-stack.json").toString());
  }

  run(words: readonly string[], variables: Readonly<Record<string, string>> = {}): Promise<Ended> {
    return runServerless(this.folder, words, variables);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** As far as tests look into it. */
export interface Template {
  readonly Resources: Readonly<Record<string, { readonly Type: string; readonly Properties: Properties }>>;
}

type Properties = Readonly<Record<string, unknown>>;

/** Runs `serverless` in a folder, without keys and with nothing that listens where AWS would be. */
export function runServerless(
  folder: string,
  words: readonly string[],
  variables: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  const { HOME, PATH, NODE_COMPILE_CACHE } = process.env;
  const env = { HOME, PATH, NODE_COMPILE_CACHE, AWS_ENDPOINT_URL: "http://127.0.0.1:9", ...variables };
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [...FLAGS, SERVERLESS, ...words],
      { cwd: folder, env, timeout: DEADLINE_MS },
      (error, stdout, stderr) =>
        resolve({ code: error === null ? 0 : Number(error.code ?? -1), printed: `${stdout}${stderr}` }),
    );
  });
}
