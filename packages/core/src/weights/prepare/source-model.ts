import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { basename, dirname, join } from "node:path";
import { InferenceError } from "../../errors.ts";
import { diagnose } from "../../session/model-beginning.ts";
import { withFile } from "../onnx-file/byte-source.ts";
import { externalLocations, type ModelFile } from "../onnx-file/model-file.ts";
import { readModelFile } from "../onnx-file/read-model-file.ts";

/** A model as somebody gives it. */
export interface SourceModel {
  readonly path: string;
  /** Absent for a model in the runtime's own format, which only the runtime reads. */
  readonly file?: ModelFile;
  /** Data files beside it, as the graph names them. */
  readonly locations: readonly string[];
  /** Hex; over the content of all of its files, whatever their folder is called. */
  readonly sha256: string;
}

/** The identifier at byte 4 of a FlatBuffers file. Source: ort.fbs of onnxruntime. */
const ORT_FORMAT = "ORTM";

/**
 * Looks at a model and hashes its files.
 *
 * @throws InferenceError as `readModelFile`, and `WEIGHTS_MISSING` when a data file is not there.
 */
export async function openSourceModel(path: string): Promise<SourceModel> {
  const file = isOrtFormat(path) ? undefined : await readOrExplain(path);
  const locations = file === undefined ? [] : externalLocations(file);
  const hash = createHash("sha256").update(await hashFile(path, basename(path)));
  for (const location of locations) {
    hash.update(`\0${location}\0${await hashFile(join(dirname(path), location), location)}`);
  }
  return { path, locations, sha256: hash.digest("hex"), ...(file === undefined ? {} : { file }) };
}

async function readOrExplain(path: string): Promise<ModelFile> {
  try {
    return readModelFile(path);
  } catch (error) {
    // Such as a Git LFS pointer, which has bytes and no model.
    throw (await diagnose({ kind: "file", path })) ?? error;
  }
}

function isOrtFormat(path: string): boolean {
  try {
    const identifier = new Uint8Array(ORT_FORMAT.length);
    withFile(path, (source) => source.readInto(identifier, 4));
    return new TextDecoder().decode(identifier) === ORT_FORMAT;
  } catch {
    // Whatever keeps it from being read is said by what reads it next.
    return false;
  }
}

async function hashFile(path: string, name: string): Promise<string> {
  try {
    const hash = createHash("sha256");
    for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024 })) hash.update(chunk);
    return hash.digest("hex");
  } catch (error) {
    if (!(error instanceof Error && "code" in error)) throw error;
    throw new InferenceError("WEIGHTS_MISSING", `The model's file ${name} cannot be read (${String(error.code)}).`, {
      cause: error,
    });
  }
}
