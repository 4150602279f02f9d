import { InferenceError } from "@virga/core";
import type { Terminal } from "../print/terminal.ts";
import { describeMeasurement } from "./describe-measurement.ts";
import { findModels } from "./find-models.ts";
import { measureModel } from "./measure-model.ts";

export interface BenchArguments {
  /** A path, `name@alias` or the name of a model of the config; all of the config's where absent. */
  readonly model?: string;
  readonly config?: string;
  readonly input?: string;
  readonly json: boolean;
}

/** Measures models on this machine. @throws InferenceError as `measureModel`, and when none is found. */
export async function bench({ model, config, input, json }: BenchArguments, terminal: Terminal): Promise<void> {
  const models = await findModels(model, config, terminal.folder);
  if ((json || input !== undefined) && models.length > 1) {
    const names = models.map(({ name }) => name).join(", ");
    throw new InferenceError("CONFIG_INVALID", `--json and --input are for one model; name one of: ${names}.`);
  }
  for (const definition of models) {
    terminal.complain(`Measuring ${definition.name} …`);
    const measurement = await measureModel(definition, input, terminal);
    terminal.print(json ? JSON.stringify(measurement, undefined, 2) : describeMeasurement(measurement));
  }
}
