import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { InferenceError } from "@virga/core";
import { CostError, type PriceBook, parsePriceBook, standardPriceBook } from "@virga/cost";

/** Reads a file of JSON. @throws InferenceError `CONFIG_INVALID` naming the file. */
export async function readJson(file: string, folder: string): Promise<unknown> {
  const text = await readText(file, folder);
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new InferenceError("CONFIG_INVALID", `${file} is not valid JSON: ${(error as Error).message}.`);
  }
}

/** Reads a file of text. @throws InferenceError `CONFIG_INVALID` naming the file. */
export async function readText(file: string, folder: string): Promise<string> {
  try {
    return await readFile(resolve(folder, file), "utf8");
  } catch (error) {
    throw new InferenceError("CONFIG_INVALID", `${file} cannot be read: ${(error as Error).message}.`);
  }
}

/** The price book of a file, or the one that comes with this program. */
export async function openPriceBook(file: string | undefined, folder: string): Promise<PriceBook> {
  return file === undefined ? standardPriceBook() : parsePriceBook(await readJson(file, folder));
}

/** What a wrong figure is told as. @throws InferenceError `CONFIG_INVALID` for a CostError. */
export async function explainCostErrors<Result>(run: () => Promise<Result>): Promise<Result> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof CostError) throw new InferenceError("CONFIG_INVALID", error.message, { cause: error });
    throw error;
  }
}
