import { toFeeds } from "./bare-model.ts";
import { toBinaryBody, toJsonBody } from "./bodies.ts";
import type { Answer } from "./http-client.ts";
import type { Contestants } from "./request-latency.ts";
import type { Subject } from "./subjects.ts";

interface JsonAnswer {
  readonly outputs: readonly { readonly data: readonly number[] }[];
}

/**
 * Checks that every way gives the numbers of the bare run bit for bit: a fast wrong answer is no benchmark.
 *
 * @throws Error that names the way and the first number that differs.
 */
export async function expectSameAnswers({ graph, inputs }: Subject, { bare, ours, naive }: Contestants): Promise<void> {
  const [output] = Object.values(await bare.run(toFeeds(inputs)));
  if (!(output?.data instanceof Float32Array)) throw new TypeError(`${graph.name} does not answer in float32`);
  const path = `/v2/models/${graph.name}/infer`;
  const json = toJsonBody(inputs);
  const answers = {
    "binary request": fromBinary(await ours.post(path, toBinaryBody(inputs))),
    "JSON request": fromJson(await ours.post(path, json)),
    "naive request": fromJson(await naive.post(`/${graph.name}`, json)),
  };
  for (const [way, answer] of Object.entries(answers)) expectSameNumbers(`${graph.name}, ${way}`, output.data, answer);
}

/** @throws Error at the first number whose bits differ. */
export function expectSameNumbers(what: string, expected: Float32Array, actual: Float32Array): void {
  if (expected.length !== actual.length) throw new Error(`${what}: ${actual.length} numbers, not ${expected.length}`);
  const differs = expected.findIndex((value, index) => !Object.is(value, actual[index]));
  if (differs < 0) return;
  throw new Error(`${what}: number ${differs} is ${actual[differs]}, not ${expected[differs]}`);
}

function fromBinary({ headers, bytes }: Answer): Float32Array {
  const header = Number(headers["inference-header-content-length"]);
  return new Float32Array(Uint8Array.from(bytes.subarray(header)).buffer);
}

function fromJson({ bytes }: Answer): Float32Array {
  const { outputs } = JSON.parse(bytes.toString()) as JsonAnswer;
  return Float32Array.from(outputs[0]?.data ?? []);
}
