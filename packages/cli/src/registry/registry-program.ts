import { type Command, InvalidArgumentError } from "commander";
import type { Terminal } from "../print/terminal.ts";
import { DEFAULT_STORE } from "./open-store.ts";
import type { RegistryArguments } from "./registry-commands.ts";

interface RegistryFlags {
  readonly store: string;
  readonly json: boolean;
  readonly note?: string;
}

/** The commands on prepared models and their versions; each is loaded only when it is called. */
export function addRegistryCommands(program: Command, terminal: Terminal): void {
  addPrepare(program, terminal);
  addPush(program, terminal);
  addCopy(program, terminal);
  const load = () => import("./registry-commands.ts");
  withStore(program.command("versions"))
    .description("List the versions of a model.")
    .argument("<name>", "name of the model")
    .action(async (name: string, flags: RegistryFlags) =>
      (await load()).showVersions(complete(name, flags, terminal), terminal),
    );
  withStore(program.command("promote"))
    .description("Point an alias at a version; whoever follows it swaps without a redeploy.")
    .argument("<name>", "name of the model")
    .argument("<version>", "number of the version", parseVersion)
    .option("--alias <alias>", "the alias to move", "production")
    .option("--note <text>", "kept in the alias's history")
    .action(async (name: string, version: number, { alias, ...flags }: RegistryFlags & { alias: string }) =>
      (await load()).promote({ ...complete(name, flags, terminal), version, alias }, terminal),
    );
  withStore(program.command("rollback"))
    .description("Point an alias back at the version it had before.")
    .argument("<name>", "name of the model")
    .option("--alias <alias>", "the alias to move", "production")
    .option("--note <text>", "kept in the alias's history")
    .action(async (name: string, { alias, ...flags }: RegistryFlags & { alias: string }) =>
      (await load()).rollback({ ...complete(name, flags, terminal), alias }, terminal),
    );
  withStore(program.command("delete"))
    .description("Delete a version that no alias points at.")
    .argument("<name>", "name of the model")
    .argument("<version>", "number of the version", parseVersion)
    .action(async (name: string, version: number, flags: RegistryFlags) =>
      (await load()).deleteVersion({ ...complete(name, flags, terminal), version }, terminal),
    );
  withStore(program.command("gc"))
    .description("Remove files that no version needs any more.")
    .argument("<name>", "name of the model")
    .action(async (name: string, flags: RegistryFlags) =>
      (await load()).collectGarbage(complete(name, flags, terminal), terminal),
    );
}

function addPrepare(program: Command, terminal: Terminal): void {
  program
    .command("prepare")
    .description("Write a model as it loads fastest: graph optimised, weights in one file that is mapped.")
    .argument("<model>", "path of an .onnx file")
    .requiredOption("-o, --output <folder>", "folder to write to")
    .option("--json", "write JSON", false)
    .action(async (model: string, flags: { output: string; json: boolean }) => {
      const { prepare } = await import("./prepare.ts");
      await prepare({ model, ...flags }, terminal);
    });
}

function addPush(program: Command, terminal: Terminal): void {
  withStore(program.command("push"))
    .description("Prepare a model and store it as the next version.")
    .argument("<name>", "name of the model")
    .argument("[model]", "path of an .onnx file; without it, the one of that name in ./serverless.yml")
    .option("--note <text>", "kept with the version")
    .action(async (name: string, model: string | undefined, flags: RegistryFlags) => {
      const { push } = await import("./push.ts");
      await push({ ...complete(name, flags, terminal), ...(model === undefined ? {} : { model }) }, terminal);
    });
}

function addCopy(program: Command, terminal: Terminal): void {
  program
    .command("copy")
    .description("Copy a version to another registry, which may be another cloud's.")
    .argument("<model>", "what to copy, such as s3://bucket/prefix/iris@production or iris@3")
    .argument("<store>", "where to: s3://bucket/prefix, gs://bucket/prefix or a folder")
    .option("--note <text>", "kept with the version")
    .option("--json", "write JSON", false)
    .action(async (model: string, target: string, flags: { note?: string; json: boolean }) => {
      const { copy } = await import("./copy.ts");
      await copy({ model, target, ...flags }, terminal);
    });
}

function withStore(command: Command): Command {
  return command
    .option("--store <uri>", "s3://bucket/prefix, gs://bucket/prefix or a folder", DEFAULT_STORE)
    .option("--json", "write JSON", false);
}

function complete(name: string, flags: RegistryFlags, { environment }: Terminal): RegistryArguments {
  return { name, ...flags, environment };
}

function parseVersion(written: string): number {
  const version = Number(written);
  if (/^[1-9]\d*$/.test(written) && Number.isSafeInteger(version)) return version;
  throw new InvalidArgumentError("A version is a number from 1.");
}
