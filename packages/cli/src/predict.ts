import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { createApp, InferenceError } from "@virga/core";
import { formatAnswer } from "./print/answer-table.ts";
import type { Terminal } from "./print/terminal.ts";
import { defineService, type ServiceArguments } from "./service/define-service.ts";
import { toPredictRequest } from "./service/predict-request.ts";
import { toAppOptions } from "./service/to-app-options.ts";

export interface PredictArguments extends ServiceArguments {
  /** A file, or `-` for the standard input. */
  readonly input: string;
  /** A file for the answer. */
  readonly output?: string;
  readonly json: boolean;
}

/** One prediction takes as long as it takes: nobody else waits. */
const TIMEOUT_MS = 2 ** 31 - 1;

/**
 * Predicts once, through the same way as `POST /predict`.
 *
 * @throws InferenceError what the service would answer with.
 */
export async function predict(written: PredictArguments, terminal: Terminal): Promise<void> {
  const service = await defineService(written, terminal.folder);
  const request = await toPredictRequest(written.input, terminal.folder);
  const limits = { maxRequestBytes: Number.MAX_SAFE_INTEGER, timeoutMs: TIMEOUT_MS };
  const { options } = await toAppOptions(service, terminal);
  const app = createApp({ ...options, limits });
  try {
    await app.warm();
    const response = await app.fetch(request);
    const text = await response.text();
    if (!response.ok) throw toError(text);
    if (written.output !== undefined) await writeFile(resolve(terminal.folder, written.output), `${text}\n`);
    else terminal.print(written.json ? text : formatAnswer(text));
  } finally {
    await app.close();
  }
}

function toError(answer: string): InferenceError {
  const { error } = JSON.parse(answer) as { error: string };
  return new InferenceError("INPUT_INVALID", error);
}
