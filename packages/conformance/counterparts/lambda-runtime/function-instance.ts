import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { type RuntimeApi, startRuntimeApi } from "./runtime-api.ts";

/** A function's artefact, and with what it is run. */
export interface FunctionSetup {
  readonly nodeProgram: string;
  readonly runtimeInterfaceClient: string;
  /** Unpacked. */
  readonly folder: string;
  readonly handler: "index.handler" | "index.streamingHandler";
  /** For `/tmp` and the home folder. */
  readonly scratch: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** One instance of a function, under Lambda's own runtime client. */
export interface FunctionInstance {
  readonly api: RuntimeApi;
  /** Lines of its log. */
  readonly log: readonly string[];
}

/** Runs `work` with an instance that is started for it, in an environment of its own, and ended after it. */
export async function withInstance(
  setup: FunctionSetup,
  work: (instance: FunctionInstance) => Promise<void>,
): Promise<void> {
  const api = await startRuntimeApi();
  const child = spawn(setup.nodeProgram, [setup.runtimeInterfaceClient, setup.handler], {
    cwd: setup.folder,
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...prepareEnvironment(setup), AWS_LAMBDA_RUNTIME_API: api.address, _HANDLER: setup.handler },
  });
  const log: string[] = [];
  for (const stream of [child.stdout, child.stderr]) createInterface(stream).on("line", (line) => log.push(line));
  const ended = once(child, "exit");
  try {
    await Promise.race([work({ api, log }), ended.then(([code]) => failEnded(code, log))]);
  } finally {
    child.kill("SIGKILL");
    await ended;
    await api.close();
  }
}

/** Makes the folders that a function may write to, and gives all that it finds around it but the platform's address. */
export function prepareEnvironment({ folder, scratch, environment }: FunctionSetup): Record<string, string> {
  const [temporary, home] = [join(scratch, "tmp"), join(scratch, "home")];
  for (const writable of [temporary, home]) mkdirSync(writable, { recursive: true });
  return {
    LAMBDA_TASK_ROOT: folder,
    AWS_LAMBDA_FUNCTION_NAME: "virga",
    AWS_LAMBDA_FUNCTION_VERSION: "$LATEST",
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: "1024",
    AWS_LAMBDA_LOG_GROUP_NAME: "/aws/lambda/virga",
    AWS_LAMBDA_LOG_STREAM_NAME: "stream",
    AWS_LAMBDA_LOG_FORMAT: "JSON",
    AWS_LAMBDA_INITIALIZATION_TYPE: "on-demand",
    AWS_REGION: "eu-west-1",
    TZ: ":UTC",
    HOME: home,
    TMPDIR: temporary,
    VIRGA_CACHE: join(temporary, "virga"),
    ...environment,
  };
}

function failEnded(code: number | null, log: readonly string[]): never {
  throw new Error(`The function's process ended with ${code}:\n${log.join("\n")}`);
}
