import assert from "node:assert/strict";
import type { Tensor, Tensors } from "@virga/core";
import { assertTensor, elementsOf, type Tolerance } from "./compare-tensors.ts";
import type { Answer } from "./open-inference-client.ts";

/** A tensor that is expected, with how far it may be off. */
export interface Expected {
  readonly name: string;
  readonly tensor: Tensor;
  readonly tolerance: Tolerance;
}

/** What is known of a classifier's answer. */
export interface Truth {
  readonly output: string;
  /** Index of the largest element of each row. */
  readonly argmax?: readonly number[];
  readonly valueAtArgmax?: number;
  readonly valuesAtArgmax?: readonly number[];
  readonly atol?: number;
  /** The output itself, row by row. */
  readonly labels?: readonly number[];
  readonly minCorrect?: number;
}

/** The tensors of an answer that must not be a refusal. */
export function outputsOf(answer: Answer): Tensors {
  if (answer.kind === "outputs") return answer.outputs;
  return assert.fail(`refused with ${answer.status} ${answer.code}: ${answer.error}`);
}

/** Asserts that an answer holds what was recorded; a model may have outputs that were not. */
export function assertOutputs(answer: Answer, expected: readonly Expected[]): void {
  const outputs = outputsOf(answer);
  for (const { name, tensor, tolerance } of expected) assertTensor(name, outputs[name], tensor, tolerance);
}

/** Asserts a refusal with one of the statuses, a code and a text for people. */
export function assertRefused(answer: Answer, statuses: readonly number[]): void {
  assert.ok(answer.kind === "refusal", "answered, although the recorded outcome is an error");
  assert.ok(statuses.includes(answer.status), `refused with ${answer.status} ${answer.code}: ${answer.error}`);
  assert.match(answer.code, /^[A-Z_]+$/);
  assert.match(answer.error, /\w+ \w+ \w+/, "the error is no sentence");
  assert.doesNotMatch(answer.error, /\n\s*at |node_modules|node:internal/, "the error holds a stack trace");
}

/** One output's elements as numbers. */
export function numbersOf(outputs: Tensors, name: string): number[] {
  const output = outputs[name];
  return output === undefined ? assert.fail(`output ${name} is missing`) : elementsOf(output).map(Number);
}

/** Asserts what is known of the rows of a classifier's answer. */
export function assertTruth(elements: readonly number[], truth: Truth): void {
  const correct = truth.labels ?? truth.argmax ?? assert.fail("the truth has neither labels nor argmax");
  const width = elements.length / correct.length;
  assert.ok(Number.isInteger(width), `${elements.length} elements for ${correct.length} rows`);
  const rows = correct.map((_, row) => elements.slice(row * width, (row + 1) * width));
  const found = rows.map((row) => (truth.labels === undefined ? row.indexOf(Math.max(...row)) : row[0]));
  const hits = found.filter((label, row) => label === correct[row]).length;
  assert.ok(hits >= (truth.minCorrect ?? correct.length), `${hits} of ${correct.length} rows are right`);
  const values = truth.valuesAtArgmax ?? (truth.valueAtArgmax === undefined ? [] : [truth.valueAtArgmax]);
  for (const [row, value] of values.entries()) {
    const given = rows[row]?.[correct[row] ?? 0] ?? Number.NaN;
    assert.ok(Math.abs(given - value) <= (truth.atol ?? 0), `row ${row} scores ${given}, expected ${value}`);
  }
}
