import { loadBareModel, toFeeds } from "../warm/bare-model.ts";
import type { Contender } from "./contender.ts";
import type { KeptAnswer } from "./load.ts";
import type { Workload } from "./workloads.ts";

/** Of the largest magnitude among an answer's numbers: other threads and batches add up in another order. */
const TOLERANCE = 1e-3;

/** What a bare run of the model says to each of the workload's requests. */
export async function expectedAnswers({ requests }: Workload, path: string): Promise<readonly Float32Array[]> {
  const model = await loadBareModel(path);
  const answers: Float32Array[] = [];
  for (const inputs of requests) {
    const [output] = Object.values(await model.run(toFeeds(inputs)));
    if (!(output?.data instanceof Float32Array)) throw new TypeError(`${path} does not answer in float32`);
    answers.push(output.data);
  }
  return answers;
}

/** @throws Error when a server gave a request another answer than the bare run. */
export function checkAnswers(
  { name, dialect }: Contender,
  { graph, form }: Workload,
  answers: readonly KeptAnswer[],
  expected: readonly Float32Array[],
): void {
  for (const { request, head, body } of answers) {
    const numbers = dialect.readAnswer[form](head, Buffer.from(body));
    const difference = largestDifference(expected[request] ?? new Float32Array(), numbers);
    if (difference <= TOLERANCE) continue;
    throw new Error(`${name} answers request ${request} to ${graph.name} wrongly: off by ${difference} of the largest`);
  }
}

/** The largest difference as a share of the largest magnitude expected; infinite for another number of numbers. */
export function largestDifference(expected: Float32Array, actual: Float32Array): number {
  if (expected.length !== actual.length) return Number.POSITIVE_INFINITY;
  let largest = 0;
  let magnitude = Number.MIN_VALUE;
  for (const [index, value] of expected.entries()) {
    const difference = Math.abs(value - (actual[index] ?? Number.NaN));
    if (Number.isNaN(difference)) return Number.POSITIVE_INFINITY;
    largest = Math.max(largest, difference);
    magnitude = Math.max(magnitude, Math.abs(value));
  }
  return largest / magnitude;
}
