import { Command, InvalidArgumentError, Option } from "commander";
import { addBench } from "./bench/bench-program.ts";
import { addBuild } from "./build/build-program.ts";
import { addCostCommands } from "./cost/cost-program.ts";
import { parseByteSize } from "./print/byte-size.ts";
import type { Terminal } from "./print/terminal.ts";
import { addRegistryCommands } from "./registry/registry-program.ts";

interface ServiceFlags {
  readonly config?: string;
  readonly predictor?: string;
  readonly labels?: string;
  readonly name?: string;
  readonly json: boolean;
}

interface ServeFlags extends ServiceFlags {
  readonly port: number;
  readonly host: string;
  readonly watch: boolean;
  readonly maxBody?: number;
  readonly metrics: boolean;
  readonly workers?: number;
  readonly threads?: number;
  readonly isolation: "thread" | "process";
  readonly batching: boolean;
}

interface PredictFlags extends ServiceFlags {
  readonly input: string;
  readonly output?: string;
}

/** More than any machine that the clouds rent out has CPUs for. */
const MOST_WORKERS = 256;

/** All commands; each is loaded only when it is called. */
export function createProgram(version: string, terminal: Terminal): Command {
  const program = new Command("virga")
    .description("Puts ONNX models behind HTTP.")
    .version(version)
    .helpCommand(false)
    .showHelpAfterError("(--help shows what there is)")
    .exitOverride();
  addServe(program, terminal);
  addInspect(program, terminal);
  addPredict(program, terminal);
  addRegistryCommands(program, terminal);
  addCostCommands(program, terminal);
  addBench(program, terminal);
  addBuild(program, terminal);
  return program;
}

function addServe(program: Command, terminal: Terminal): void {
  withServiceOptions(program.command("serve"))
    .description("Serve models over HTTP: those named, or those of the serverless.yml of this folder.")
    .argument("[models...]", "paths of .onnx files, each with or without NAME= in front")
    .option("--port <port>", "port to listen on; 0 takes any free one", parsePort, 8080)
    .option("--host <address>", "address to listen on; 0.0.0.0 lets other machines in", "127.0.0.1")
    .option("--no-watch", "leave changed models and predictors alone")
    .option("--metrics", "answer GET /metrics also where other machines are let in", false)
    .option("--workers <count>", "runs at once; one for each CPU where absent", parseNumberOf)
    .option("--threads <count>", "threads of every run; those of idle CPUs, up to 4, where absent", parseNumberOf)
    .addOption(
      new Option("--isolation <kind>", "what a worker is: a process outlives a model that crashes it")
        .choices(["thread", "process"])
        .default("thread"),
    )
    .option("--no-batching", "never run requests together that come together")
    .option("--max-body <size>", "largest request body, such as 64MB", parseSize)
    .option("--json", "log as lines of JSON", false)
    .action(async (models: string[], { maxBody, ...flags }: ServeFlags) => {
      const { serve } = await import("./serve/serve.ts");
      await serve({ models, ...flags, ...(maxBody === undefined ? {} : { maxRequestBytes: maxBody }) }, terminal);
    });
}

function addInspect(program: Command, terminal: Terminal): void {
  program
    .command("inspect")
    .description("Show what a model takes and gives.")
    .argument("<model>", "path of an .onnx file")
    .option("--json", "write JSON", false)
    .action(async (model: string, { json }: { json: boolean }) => {
      const { inspect } = await import("./inspect.ts");
      await inspect({ model, json }, terminal);
    });
}

function addPredict(program: Command, terminal: Terminal): void {
  withServiceOptions(program.command("predict"))
    .description("Predict once and show the answer.")
    .argument("[model]", "path of an .onnx file; without it, the serverless.yml of this folder")
    .requiredOption(
      "--input <file>",
      "a body of POST /predict: JSON, or a .png, .jpg, .wav or .bin; - reads JSON from the standard input",
    )
    .option("--output <file>", "write the answer, as JSON, to a file")
    .option("--json", "write JSON", false)
    .action(async (model: string | undefined, flags: PredictFlags) => {
      const { predict } = await import("./predict.ts");
      await predict({ models: model === undefined ? [] : [model], ...flags }, terminal);
    });
}

function withServiceOptions(command: Command): Command {
  return command
    .option("--config <file>", "a config other than ./serverless.yml")
    .option("--predictor <file>", "your code around the models (.ts, .js or .mjs)")
    .option("--labels <file>", "names of the classes, one a line")
    .option("--name <name>", "name of the service");
}

function parsePort(written: string): number {
  const port = Number(written);
  if (/^\d+$/.test(written) && port <= 65_535) return port;
  throw new InvalidArgumentError("A port is a whole number from 0 to 65535.");
}

function parseNumberOf(written: string): number {
  const count = Number(written);
  if (/^\d+$/.test(written) && count >= 1 && count <= MOST_WORKERS) return count;
  throw new InvalidArgumentError(`It is a whole number from 1 to ${MOST_WORKERS}.`);
}

function parseSize(written: string): number {
  const sizeBytes = parseByteSize(written);
  if (sizeBytes !== undefined && sizeBytes > 0) return sizeBytes;
  throw new InvalidArgumentError("A size is a number of bytes, or one with kB, MB or GB behind it.");
}
