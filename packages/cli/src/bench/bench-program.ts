import type { Command } from "commander";
import type { Terminal } from "../print/terminal.ts";
import type { BenchArguments } from "./bench.ts";

/** The command that measures a model; it is loaded only when it is called. */
export function addBench(program: Command, terminal: Terminal): void {
  program
    .command("bench")
    .description("Measure latency, cold start and memory of a model on this machine.")
    .argument("[model]", "path of an .onnx file, name@alias, or a model's name in the config; without it, all of those")
    .option("--config <file>", "a config other than ./serverless.yml")
    .option("--input <file>", "a body of POST /predict to measure with; random numbers where absent")
    .option("--json", "write what `virga cost --measurements FILE` reads", false)
    .action(async (model: string | undefined, flags: Omit<BenchArguments, "model">) => {
      const { bench } = await import("./bench.ts");
      await bench({ ...flags, ...(model === undefined ? {} : { model }) }, terminal);
    });
}
