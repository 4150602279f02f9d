import { type Command, Option } from "commander";
import type { Terminal } from "../print/terminal.ts";
import type { BuildArguments } from "./build.ts";

/** The command that builds a function; it is loaded only when it is called. */
export function addBuild(program: Command, terminal: Terminal): void {
  program
    .command("build")
    .description("Build the function that a service is on a cloud, and say what is in it.")
    .addOption(
      new Option("--provider <cloud>", "where it will run").choices(["aws", "google"]).makeOptionMandatory(true),
    )
    .requiredOption("-o, --output <folder>", "the folder to write: new, empty, or built before")
    .option("--config <file>", "a config other than ./serverless.yml")
    .option("--zip", "write FOLDER.zip as well", false)
    .option("--json", "write JSON", false)
    .action(async (flags: BuildArguments) => {
      const { build } = await import("./build.ts");
      await build(flags, terminal);
    });
}
