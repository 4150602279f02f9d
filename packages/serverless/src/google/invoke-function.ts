import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { InferenceError } from "@virga/core";
import type { CommandOptions } from "../serverless.ts";

/**
 * Sends a body to a function's `/predict` and gives what it answers.
 *
 * @throws InferenceError `INPUT_INVALID` with the answer where it is a refusal.
 */
export async function invokeFunction(
  url: string,
  headers: Readonly<Record<string, string>>,
  { data, path }: CommandOptions,
  folder: string,
): Promise<string> {
  const body = path === undefined ? (data ?? "{}") : await readFile(resolve(folder, path));
  const response = await fetch(`${url.replace(/\/$/, "")}/predict`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body,
  }).catch((cause: unknown) => {
    throw new InferenceError("CONFIG_INVALID", `${url} does not answer.`, { cause });
  });
  const text = await response.text();
  if (response.ok) return text;
  throw new InferenceError("INPUT_INVALID", `The function answers with status ${response.status}: ${text}`);
}
