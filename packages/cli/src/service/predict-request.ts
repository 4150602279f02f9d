import { readFile } from "node:fs/promises";
import { extname, resolve } from "node:path";
import { buffer } from "node:stream/consumers";
import { InferenceError } from "@virga/core";

/** What is not listed is JSON. */
const MEDIA_TYPES: Readonly<Record<string, string>> = {
  ".png": "image/png",
  ".jpg": "image/jpeg",
  ".jpeg": "image/jpeg",
  ".wav": "audio/wav",
  ".bin": "application/octet-stream",
};

/**
 * A `POST /predict` with the content of a file, or of the standard input where the file is `-`.
 *
 * @throws InferenceError `INPUT_INVALID` for a file that cannot be read.
 */
export async function toPredictRequest(input: string, folder: string): Promise<Request> {
  const headers = { "content-type": MEDIA_TYPES[extname(input)] ?? "application/json" };
  const body = await readInput(input, folder);
  return new Request("http://localhost/predict", { method: "POST", headers, body });
}

async function readInput(input: string, folder: string): Promise<Uint8Array<ArrayBuffer>> {
  if (input === "-") return new Uint8Array(await buffer(process.stdin));
  try {
    return new Uint8Array(await readFile(resolve(folder, input)));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new InferenceError("INPUT_INVALID", `The input ${input} cannot be read: ${reason}.`);
  }
}
