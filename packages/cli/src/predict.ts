import { readFile, writeFile } from "node:fs/promises";
import { extname, resolve } from "node:path";
import { buffer } from "node:stream/consumers";
import { createApp, InferenceError } from "@virga/core";
import { formatAnswer } from "./print/answer-table.ts";
import type { Terminal } from "./print/terminal.ts";
import { defineService, type ServiceArguments } from "./service/define-service.ts";
import { toAppOptions } from "./service/to-app-options.ts";

export interface PredictArguments extends ServiceArguments {
  /** A file, or `-` for the standard input. */
  readonly input: string;
  /** A file for the answer. */
  readonly output?: string;
  readonly json: boolean;
}

/** What is not listed is JSON. */
const MEDIA_TYPES: Readonly<Record<string, string>> = {
  ".png": "image/png",
  ".jpg": "image/jpeg",
  ".jpeg": "image/jpeg",
  ".wav": "audio/wav",
  ".bin": "application/octet-stream",
};

/** One prediction takes as long as it takes: nobody else waits. */
const TIMEOUT_MS = 2 ** 31 - 1;

/**
 * Predicts once, through the same way as `POST /predict`.
 *
 * @throws InferenceError what the service would answer with.
 */
export async function predict(written: PredictArguments, terminal: Terminal): Promise<void> {
  const service = await defineService(written, terminal.folder);
  const body = await readInput(written.input, terminal.folder);
  const limits = { maxRequestBytes: Number.MAX_SAFE_INTEGER, timeoutMs: TIMEOUT_MS };
  const { options } = await toAppOptions(service, terminal);
  const app = createApp({ ...options, limits });
  try {
    await app.warm();
    const headers = { "content-type": MEDIA_TYPES[extname(written.input)] ?? "application/json" };
    const response = await app.fetch(new Request("http://localhost/predict", { method: "POST", headers, body }));
    const text = await response.text();
    if (!response.ok) throw toError(text);
    if (written.output !== undefined) await writeFile(resolve(terminal.folder, written.output), `${text}\n`);
    else terminal.print(written.json ? text : formatAnswer(text));
  } finally {
    await app.close();
  }
}

async function readInput(input: string, folder: string): Promise<Uint8Array> {
  if (input === "-") return buffer(process.stdin);
  try {
    return await readFile(resolve(folder, input));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new InferenceError("INPUT_INVALID", `The input ${input} cannot be read: ${reason}.`);
  }
}

function toError(answer: string): InferenceError {
  const { error } = JSON.parse(answer) as { error: string };
  return new InferenceError("INPUT_INVALID", error);
}
