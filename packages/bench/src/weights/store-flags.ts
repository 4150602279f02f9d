import { type FlagValues, UsageError } from "../frame/bench.ts";
import { DEFAULT_CACHE } from "../models/model-file.ts";
import { CORRUPT_BUCKET, type ServerOrder } from "./object-server-process.ts";
import type { StoredModel } from "./stored-model.ts";

/** Flags of every benchmark that fetches from a store. */
export const STORE_FLAGS = {
  size: { default: 100, description: "size of the model in MB" },
  rounds: { default: 5, description: "measured rounds" },
  limit: { default: "80", description: "MiB/s of each connection, or none" },
  link: { default: "none", description: "MiB/s of all connections together, or none" },
  "first-byte-ms": { default: "25", description: "what the store takes before it answers" },
  tls: { default: "no", description: "yes or no" },
  cache: { default: DEFAULT_CACHE, description: "directory of the generated models" },
} as const;

export const BUCKET = "models";
export const ORIGINAL_KEY = "original.onnx";
const MEBIBYTE = 1024 * 1024;

/** The server that the flags ask for. @throws UsageError for values that are none. */
export function toServerOrder(
  flags: Omit<FlagValues<typeof STORE_FLAGS>, "size">,
  model: Pick<StoredModel, "registryFiles" | "originalPath">,
): ServerOrder {
  const limit = flags.limit === "none" ? undefined : toNumber("limit", flags.limit);
  const link = flags.link === "none" ? undefined : toNumber("link", flags.link);
  if (flags.tls !== "yes" && flags.tls !== "no") throw new UsageError(`--tls takes yes or no, not "${flags.tls}"`);
  const files = Object.entries(model.registryFiles).flatMap(([key, file]) =>
    [BUCKET, CORRUPT_BUCKET].map((bucket) => [`/${bucket}/${key}`, file] as const),
  );
  return {
    files: { ...Object.fromEntries(files), [`/${BUCKET}/${ORIGINAL_KEY}`]: model.originalPath },
    ...(limit && { bytesPerSecond: limit * MEBIBYTE }),
    ...(link && { linkBytesPerSecond: link * MEBIBYTE }),
    firstByteDelayMs: toNumber("first-byte-ms", flags["first-byte-ms"]),
    secure: flags.tls === "yes",
  };
}

function toNumber(flag: string, typed: string): number {
  const value = Number(typed);
  if (typed.trim() === "" || !(value >= 0)) throw new UsageError(`--${flag} takes a number, not "${typed}"`);
  return value;
}
