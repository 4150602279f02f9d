import { existsSync, statSync } from "node:fs";
import { resolve } from "node:path";
import type { InferenceConfig } from "@virga/core/config-schema";
import type { Terminal } from "../print/terminal.ts";
import { findConfigFile, hasInference, readConfigFile } from "../service/config-file.ts";

/** What a config says of a service's cost. */
export interface ConfigFacts {
  readonly inference: InferenceConfig;
  /** Size of the models that are files beside it. */
  readonly modelBytes?: number;
}

/**
 * Reads the config that is named, or the folder's own. A folder without one, or with that of something else, is no problem:
 * figures can all come from flags.
 *
 * @throws InferenceError `CONFIG_INVALID` for a config that is wrong, or not there where it is named.
 */
export async function readConfigFacts(named: string | undefined, terminal: Terminal): Promise<ConfigFacts | undefined> {
  if (named === undefined && !(await hasOwnConfig(terminal))) return undefined;
  const { inference, folder: base } = await readConfigFile(findConfigFile(named, terminal.folder));
  const sizes = Object.values(inference.models).map(
    ({ path }) => statSync(resolve(base, path), { throwIfNoEntry: false })?.size ?? 0,
  );
  const modelBytes = sizes.reduce((total, size) => total + size, 0);
  return { inference, ...(modelBytes === 0 ? {} : { modelBytes }) };
}

async function hasOwnConfig({ folder, complain }: Terminal): Promise<boolean> {
  const path = resolve(folder, "serverless.yml");
  if (!existsSync(path)) return false;
  if (await hasInference(path)) return true;
  complain(
    "serverless.yml has no `inference:` block to read; say what you know of the service by flags: --requests, --duration, --memory, --model-size, --region.",
  );
  return false;
}
