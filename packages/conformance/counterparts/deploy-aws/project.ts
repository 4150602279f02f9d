import { execFile } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** Of the repository, whose `serverless.yml` is deployed as it is. */
export const ROOT: string = fileURLToPath(new URL("../../../..", import.meta.url));

const SERVERLESS = createRequire(import.meta.url).resolve("serverless/bin/serverless.js");
const VIRGA = join(ROOT, "packages/cli/dist/main.js");
const DEADLINE_MS = 300_000;
export const REGION = "us-east-1";
export const KEYS: { readonly accessKeyId: string; readonly secretAccessKey: string } = {
  accessKeyId: "test",
  secretAccessKey: "test",
};

/** A folder with a `serverless.yml`, and the stand-in for AWS that its commands speak to. */
export interface Project {
  readonly folder: string;
  readonly endpoint: string;
  /** Told to the commands beside where AWS is. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** What `serverless` prints. @throws Error with that, when it fails or takes too long. */
export function runServerless(project: Project, ...words: readonly string[]): Promise<string> {
  return runNode(SERVERLESS, project, words);
}

/** What `virga` prints. */
export function runVirga(project: Project, ...words: readonly string[]): Promise<string> {
  return runNode(VIRGA, project, words);
}

function runNode(program: string, project: Project, words: readonly string[]): Promise<string> {
  return runCommand(process.execPath, [program, ...words], project);
}

/** Runs a program as a deployer who has nothing but these keys. */
export function runCommand(program: string, words: readonly string[], project: Project): Promise<string> {
  const settings = { cwd: project.folder, env: environmentOf(project), timeout: DEADLINE_MS, maxBuffer: 1e8 };
  return new Promise((resolve, reject) => {
    execFile(program, words, settings, (error, stdout, stderr) => {
      const printed = `${stdout}${stderr}`;
      if (error === null) resolve(printed);
      else reject(new Error(`${words.slice(1).join(" ")} ended with ${error.signal ?? error.code}:\n${printed}`));
    });
  });
}

function environmentOf({ endpoint, environment }: Project): NodeJS.ProcessEnv {
  const { HOME, NODE_COMPILE_CACHE, PATH = "", TMPDIR } = process.env;
  return {
    HOME,
    NODE_COMPILE_CACHE,
    TMPDIR,
    PATH: [dirname(process.execPath), PATH].join(delimiter),
    AWS_ENDPOINT_URL: endpoint,
    AWS_ACCESS_KEY_ID: KEYS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: KEYS.secretAccessKey,
    AWS_REGION: REGION,
    AWS_CONFIG_FILE: join(tmpdir(), "no-such-config"),
    AWS_SHARED_CREDENTIALS_FILE: join(tmpdir(), "no-such-credentials"),
    ...environment,
  };
}

/** Runs `work` in a copy of the root's service with these lines at the end of its `inference:` block. */
export async function withCopy(addedLines: readonly string[], work: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "virga-deploy-"));
  try {
    const config = readFileSync(join(ROOT, "serverless.yml"), "utf8");
    const added = addedLines.map((line) => `  ${line}\n`).join("");
    writeFileSync(join(folder, "serverless.yml"), `${config.trimEnd()}\n${added}`);
    mkdirSync(join(folder, "examples/iris"), { recursive: true });
    cpSync(join(ROOT, "examples/iris/model.onnx"), join(folder, "examples/iris/model.onnx"));
    symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"));
    await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
