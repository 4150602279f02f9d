import { InferenceError } from "@virga/core";
import { parseCaseFile, verifyCase } from "@virga/cost";
import { formatTable } from "../print/table.ts";
import type { Terminal } from "../print/terminal.ts";
import { explainCostErrors, openPriceBook, readJson } from "./read-json.ts";

export interface VerifyArguments {
  readonly file: string;
  readonly bookPrices: boolean;
  readonly prices?: string;
  readonly json: boolean;
}

/** Works out a file of cases. @throws InferenceError when a case does not come out as it expects. */
export async function verify({ file, bookPrices, prices, json }: VerifyArguments, terminal: Terminal): Promise<void> {
  const results = await explainCostErrors(async () => {
    const book = await openPriceBook(prices, terminal.folder);
    const cases = parseCaseFile(await readJson(file, terminal.folder));
    return cases.map((each) => verifyCase(each, book, bookPrices ? "book" : "case"));
  });
  const wrong = results.filter(({ differences }) => differences.length > 0);
  if (json) terminal.print(JSON.stringify(results, undefined, 2));
  else {
    const rows = results.map(({ id, total = "", differences, description }) => [
      differences.length === 0 ? "ok" : "WRONG",
      id,
      total.padStart(12),
      description,
    ]);
    terminal.print(formatTable(rows));
    for (const { id, differences } of wrong) terminal.print(`\n${id}\n  ${differences.join("\n  ")}`);
    terminal.print(`\n${results.length - wrong.length} of ${results.length} cases hold, to the cent and by line.`);
  }
  if (wrong.length > 0) {
    throw new InferenceError("INPUT_INVALID", `${wrong.map(({ id }) => id).join(", ")}: not as expected.`);
  }
}
