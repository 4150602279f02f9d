import { type Command, InvalidArgumentError, Option } from "commander";
import { parseByteSize } from "../print/byte-size.ts";
import { parseCount } from "../print/count.ts";
import type { Terminal } from "../print/terminal.ts";
import type { CostFlags } from "./cost-flags.ts";
import type { RefreshFlags } from "./refresh/refresh.ts";
import type { VerifyArguments } from "./verify-command.ts";

/** The commands on prices and what a service costs; each is loaded only when it is called. */
export function addCostCommands(program: Command, terminal: Terminal): void {
  const cost = program
    .command("cost")
    .description("Compare what serving a model costs on every target, cheapest first.")
    .action(async (flags: CostFlags) => {
      const { cost: run } = await import("./cost-command.ts");
      await run(flags, terminal);
    });
  addFigures(cost);
  addOutputs(cost);
  addRecommendation(cost);
  addVerify(cost, terminal);
  addRefresh(cost, terminal);
}

function addFigures(cost: Command): void {
  cost
    .option("--workload <files...>", "traffic and needs as YAML; flags stand above it, several files side by side")
    .option("--config <file>", "a config other than ./serverless.yml, whose inference: block is read where it is there")
    .option("--requests <count>", "requests per month, such as 1M", parseRequests)
    .option("--duration <ms>", "time of one warm request in ms", parseNumber)
    .option("--memory <MB>", "memory that an instance needs in MB", parseNumber)
    .option("--threads <count>", "CPUs that one request keeps busy", parseWhole)
    .option("--request-bytes <size>", "size of a request, such as 2kB", parseSize)
    .option("--response-bytes <size>", "size of an answer", parseSize)
    .option("--log-bytes <size>", "log lines of a request", parseSize)
    .option("--model-size <size>", "size of the model's files, such as 105MB", parseSize)
    .option("--cold-start <ms>", "time from the start of an instance until it is ready, in ms", parseNumber)
    .option("--cold-rate <share>", "share of requests that wait for a start, from 0 to 1", parseNumber)
    .option("--region <region>", "AWS region")
    .option("--google-region <region>", "Google Cloud region")
    .option("--target <targets...>", "targets to compare, such as lambda:arm64 run:instance ec2:c7g.large")
    .option("--prices <file>", "a price book other than the one that comes with this program");
}

function addOutputs(cost: Command): void {
  cost
    .option("--free-tier", "subtract the free allowances of an account", false)
    .addOption(
      new Option("--rounding <mode>", "how lines become totals")
        .choices(["exact", "roundedLines", "awsCalculator"])
        .default("exact"),
    )
    .option("--hours-per-month <hours>", "730 unless said otherwise", parseNumber)
    .option("--max-utilization <share>", "highest share of its time in which an instance is busy", parseNumber)
    .option("--show-calculations", "show every line with its formula, price and source", false)
    .option("--json", "write JSON", false)
    .option("--html <file>", "write a page with the comparison and its break-even curves");
}

function addRecommendation(cost: Command): void {
  cost
    .option("--measure <model>", "measure it on this machine first: a path, name@alias or a name in the config")
    .option(
      "--measurements <file>",
      'what `virga bench --json` wrote, or times as JSON: [{"threads": 1, "durationMs": 90}, …]',
    )
    .option("--recommend", "find memory size, architecture and target for --latency", false)
    .option("--latency <ms>", "time in which a warm request is to be worked on", parseNumber);
}

function addVerify(cost: Command, terminal: Terminal): void {
  cost
    .command("verify")
    .description("Work out a file of cases and compare every line and total with what it expects.")
    .argument("<file>", "cases as JSON")
    .option("--book-prices", "take prices from the price book wherever a case names an id", false)
    .option("--prices <file>", "a price book other than the one that comes with this program")
    .option("--json", "write JSON", false)
    .action(async (file: string, _: unknown, command: Command) => {
      const { verify } = await import("./verify-command.ts");
      await verify({ ...command.optsWithGlobals<Omit<VerifyArguments, "file">>(), file }, terminal);
    });
}

function addRefresh(cost: Command, terminal: Terminal): void {
  cost
    .command("refresh")
    .description("Make a price book from saved price files of AWS and Google, and tell what changed.")
    .requiredOption("--from <folder>", "folder of the saved files")
    .option("--fetch", "first save the public files of AWS in that folder (none are fetched otherwise)", false)
    .option("-o, --output <file>", "write the new price book")
    .option("--regions <regions...>", "AWS regions to fetch; us-east-1 unless said otherwise")
    .option("--prices <file>", "a price book other than the one that comes with this program")
    .option("--json", "write JSON", false)
    .action(async (_: unknown, command: Command) => {
      const { refresh } = await import("./refresh/refresh.ts");
      await refresh(command.optsWithGlobals<RefreshFlags>(), terminal);
    });
}

function parseRequests(written: string): string {
  const count = parseCount(written);
  if (count !== undefined) return count;
  throw new InvalidArgumentError("A count is a number, such as 250000, 1.5M or 1e6.");
}

function parseNumber(written: string): string {
  if (/^\d+(\.\d+)?$/.test(written)) return written;
  throw new InvalidArgumentError("It must be a number, 0 or more.");
}

function parseWhole(written: string): number {
  if (/^[1-9]\d*$/.test(written)) return Number(written);
  throw new InvalidArgumentError("It must be a whole number, 1 or more.");
}

function parseSize(written: string): number {
  const sizeBytes = parseByteSize(written);
  if (sizeBytes !== undefined) return sizeBytes;
  throw new InvalidArgumentError("A size is a number of bytes, or one with kB, MB or GB behind it.");
}
