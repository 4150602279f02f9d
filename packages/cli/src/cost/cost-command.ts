import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { InferenceError } from "@virga/core";
import { compare, type PriceBook, recommend } from "@virga/cost";
import { type Measurement, parseMeasurement } from "../bench/measurement.ts";
import type { Terminal } from "../print/terminal.ts";
import { readConfigFacts } from "./config-facts.ts";
import type { CostFlags } from "./cost-flags.ts";
import { describeComparison } from "./describe-comparison.ts";
import { describeRecommendation } from "./describe-recommendation.ts";
import { type CostQuestion, readQuestion, toOptions } from "./question.ts";
import { explainCostErrors, openPriceBook, readJson } from "./read-json.ts";

/** Compares targets, or recommends one. @throws InferenceError `CONFIG_INVALID` naming the figure that is wrong. */
export async function cost(flags: CostFlags, terminal: Terminal): Promise<void> {
  await explainCostErrors(async () => {
    const book = await openPriceBook(flags.prices, terminal.folder);
    const config = await readConfigFacts(flags.config, terminal);
    const measurement = await readMeasurement(flags, terminal);
    const questions = await Promise.all(
      (flags.workload ?? [undefined]).map((file) =>
        readQuestion(flags, file, { measurement, config }, terminal.folder),
      ),
    );
    if (flags.recommend) for (const question of questions) showRecommendation(flags, question, book, terminal);
    else await showComparison(flags, questions, book, terminal);
  });
}

async function readMeasurement(
  { measure, measurements, config }: CostFlags,
  terminal: Terminal,
): Promise<Measurement | undefined> {
  if (measurements !== undefined) {
    if (measure !== undefined) throw invalid("Give either --measure or --measurements, not both.");
    return parseMeasurement(await readJson(measurements, terminal.folder), measurements);
  }
  if (measure === undefined) return undefined;
  const [{ findModels }, { measureModel }] = await Promise.all([
    import("../bench/find-models.ts"),
    import("../bench/measure-model.ts"),
  ]);
  const [model] = await findModels(measure, config, terminal.folder);
  if (model === undefined) throw invalid(`There is no model ${measure}.`);
  terminal.complain(`Measuring ${measure} …`);
  return measureModel(model, undefined, terminal);
}

async function showComparison(
  flags: CostFlags,
  questions: readonly CostQuestion[],
  book: PriceBook,
  terminal: Terminal,
): Promise<void> {
  const options = toOptions(flags);
  const candidates = questions.flatMap(({ workload, targets }) => targets.map((target) => ({ workload, target })));
  const comparison = compare(candidates, book, options);
  if (flags.html !== undefined) {
    const { writeCostPage } = await import("./page/cost-page.ts");
    const page = writeCostPage({ questions, candidates, comparison, book, options });
    await writePage(flags.html, page, terminal);
  }
  terminal.print(
    flags.json
      ? JSON.stringify({ pricesOf: book.builtAt, questions: questions.map(toJson), ...comparison }, undefined, 2)
      : describeComparison(comparison, questions, book, flags.showCalculations),
  );
}

async function writePage(file: string, page: string, terminal: Terminal): Promise<void> {
  try {
    await writeFile(resolve(terminal.folder, file), page);
  } catch (error) {
    throw invalid(`${file} cannot be written: ${(error as Error).message}.`);
  }
  terminal.complain(`Wrote ${file}.`);
}

function toJson({ file, workload, figures }: CostQuestion): object {
  return { file, workload, figures };
}

function showRecommendation(flags: CostFlags, question: CostQuestion, book: PriceBook, terminal: Terminal): void {
  const { latency, json } = flags;
  const { workload, measured, regions } = question;
  if (latency === undefined) throw invalid("--recommend needs a goal: --latency MS.");
  if (measured.length === 0) {
    throw invalid("--recommend needs measured times: --measure MODEL on this machine, or --measurements FILE.");
  }
  const { durationMs: _, threads: __, ...rest } = workload;
  const { awsRegion, googleRegion } = regions;
  const found = recommend(
    { workload: rest, measured, goalMs: latency, awsRegion, googleRegion },
    book,
    toOptions(flags),
  );
  terminal.print(
    json ? JSON.stringify({ measured, ...found }, undefined, 2) : describeRecommendation(found, latency, question),
  );
}

function invalid(message: string): InferenceError {
  return new InferenceError("CONFIG_INVALID", message);
}
