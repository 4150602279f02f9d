import { open } from "node:fs/promises";
import { basename } from "node:path";
import { type FailureCode, InferenceError } from "../errors.ts";
import type { ModelSource } from "./engine.ts";

const BEGINNING_BYTES = 64;

const FOREIGN_BEGINNINGS: readonly { readonly pattern: RegExp; readonly text: string }[] = [
  { pattern: /^$/, text: "is empty: fetch or export it again" },
  {
    pattern: /^version https:\/\/git-lfs/,
    text: "is a Git LFS pointer, not the model itself: run `git lfs pull` where it was checked out",
  },
  { pattern: /^\s*<(!doctype|html|\?xml)/i, text: "is a web page or XML, not a model: check the address it came from" },
];

const FILE_FAILURES: Readonly<Record<string, string>> = {
  ENOENT: "does not exist",
  ENOTDIR: "does not exist",
  EISDIR: "is a directory: name the .onnx file in it",
  EACCES: "may not be read by this process: change its permissions",
  EPERM: "may not be read by this process: change its permissions",
};

/** What messages call a model: a file by its name, since its folder is nobody else's business. */
export function labelOf(source: ModelSource): string {
  return source.kind === "file" ? `Model file ${basename(source.path)}` : "The model";
}

/** Says why a model that did not load cannot be one, where its beginning shows it; asked only after a failure. */
export async function diagnose(source: ModelSource): Promise<InferenceError | undefined> {
  const failure = (code: FailureCode, text: string, cause?: unknown): InferenceError =>
    new InferenceError(code, `${labelOf(source)} ${text}.`, { cause });
  try {
    const beginning = await readBeginning(source);
    const foreign = FOREIGN_BEGINNINGS.find(({ pattern }) => pattern.test(beginning));
    return foreign && failure("WEIGHTS_CORRUPT", foreign.text);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    return failure("WEIGHTS_MISSING", FILE_FAILURES[code] ?? `cannot be read (${code})`, error);
  }
}

async function readBeginning(source: ModelSource): Promise<string> {
  if (source.kind === "bytes") return Buffer.from(source.bytes.subarray(0, BEGINNING_BYTES)).toString("latin1");
  const file = await open(source.path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(BEGINNING_BYTES), 0, BEGINNING_BYTES, 0);
    return buffer.toString("latin1", 0, bytesRead);
  } finally {
    await file.close();
  }
}
