import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { InferenceError } from "@virga/core";
import { compare, type PriceBook, recommend } from "@virga/cost";
import type { Terminal } from "../print/terminal.ts";
import type { CostFlags } from "./cost-flags.ts";
import { describeComparison } from "./describe-comparison.ts";
import { describeRecommendation } from "./describe-recommendation.ts";
import { type Measurement, measureModel, readMeasurements } from "./measure-model.ts";
import { type CostQuestion, readQuestion, toOptions } from "./question.ts";
import { explainCostErrors, openPriceBook } from "./read-json.ts";

/** Compares targets, or recommends one. @throws InferenceError `CONFIG_INVALID` naming the figure that is wrong. */
export async function cost(flags: CostFlags, terminal: Terminal): Promise<void> {
  await explainCostErrors(async () => {
    const book = await openPriceBook(flags.prices, terminal.folder);
    const measurement = await readMeasurement(flags, terminal);
    const questions = await Promise.all(
      (flags.workload ?? [undefined]).map((file) => readQuestion(flags, file, measurement, terminal.folder)),
    );
    if (flags.recommend) for (const question of questions) showRecommendation(flags, question, book, terminal);
    else await showComparison(flags, questions, book, terminal);
  });
}

async function readMeasurement(flags: CostFlags, terminal: Terminal): Promise<Measurement | undefined> {
  const { measure, measurements } = flags;
  if (measurements !== undefined) return readMeasurements(measurements, terminal.folder);
  if (measure === undefined) return undefined;
  terminal.complain(`Measuring ${measure} …`);
  return measureModel(measure, terminal.folder);
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
    await writeFile(resolve(terminal.folder, flags.html), page);
    terminal.complain(`Wrote ${flags.html}.`);
  }
  terminal.print(
    flags.json
      ? JSON.stringify({ pricesOf: book.builtAt, questions: questions.map(toJson), ...comparison }, undefined, 2)
      : describeComparison(comparison, questions, book, flags.showCalculations),
  );
}

function toJson({ file, workload, figures }: CostQuestion): object {
  return { file, workload, figures };
}

function showRecommendation(
  flags: CostFlags,
  { workload, measured, regions }: CostQuestion,
  book: PriceBook,
  terminal: Terminal,
): void {
  const { latency, json } = flags;
  if (latency === undefined) throw missing("--recommend needs a goal: --latency MS.");
  if (measured.length === 0) {
    throw missing("--recommend needs measured times: --measure MODEL on this machine, or --measurements FILE.");
  }
  const { durationMs: _, threads: __, ...rest } = workload;
  const { awsRegion, googleRegion } = regions;
  const found = recommend(
    { workload: rest, measured, goalMs: latency, awsRegion, googleRegion },
    book,
    toOptions(flags),
  );
  terminal.print(json ? JSON.stringify({ measured, ...found }, undefined, 2) : describeRecommendation(found, latency));
}

function missing(message: string): InferenceError {
  return new InferenceError("CONFIG_INVALID", message);
}
