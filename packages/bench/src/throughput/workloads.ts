import { type Tensors, tensor } from "@virga/core";
import type { Graph } from "../models/graph.ts";
import { mobilenet } from "../models/mobilenet.ts";
import { multilayerPerceptron, tinyClassifier } from "../models/multilayer-perceptron.ts";
import { RandomNumbers } from "../models/random-numbers.ts";
import { transformer } from "../models/transformer.ts";

/**
 * How numbers travel: both ways as JSON; token ids as JSON and embeddings as bytes; images as bytes and scores as bytes.
 * What a client that cares for speed would choose for each.
 */
export type Form = "json" | "tokens" | "image";

/** A model and the requests that its clients send. */
export interface Workload {
  readonly graph: Graph;
  readonly form: Form;
  /** Different ones, so that an answer that belongs to another request is seen. */
  readonly requests: readonly Tensors[];
  /** How many times the best peer's throughput ours is to reach. */
  readonly throughputGoal: number;
  /** How many times the throughput without batching ours is to reach at 32 clients, where a goal names it. */
  readonly batchingGoal?: number;
}

const VARIANTS = 8;
const TOKENS = 128;
const LARGE_MB = 100;

export const WORKLOADS: readonly Workload[] = [
  {
    graph: tinyClassifier(),
    form: "json",
    requests: variants((random) => ({ features: tensor("float32", [1, 4], random.uniform(4, 3)) })),
    throughputGoal: 2,
  },
  {
    graph: multilayerPerceptron(LARGE_MB),
    form: "json",
    requests: variants((random) => ({ x: tensor("float32", [1, 1024], random.uniform(1024, 1)) })),
    throughputGoal: 2,
    batchingGoal: 6,
  },
  {
    graph: mobilenet(),
    form: "image",
    requests: variants((random) => ({ image: tensor("float32", [1, 3, 224, 224], random.uniform(150_528, 2.5)) })),
    throughputGoal: 1,
    batchingGoal: 0.97,
  },
  {
    graph: transformer(),
    form: "tokens",
    requests: variants((random) => ({
      input_ids: tensor("int64", [1, TOKENS], tokenIds(random)),
      attention_mask: tensor("int64", [1, TOKENS], new BigInt64Array(TOKENS).fill(1n)),
    })),
    throughputGoal: 1,
  },
];

function variants(make: (random: RandomNumbers) => Tensors): readonly Tensors[] {
  return Array.from({ length: VARIANTS }, (_, variant) => make(new RandomNumbers(variant + 1)));
}

/** Between 0 and 1999, which every one of the model's words is. */
function tokenIds(random: RandomNumbers): BigInt64Array {
  return BigInt64Array.from(random.uniform(TOKENS, 1000), (value) => BigInt(Math.floor(value + 1000) % 2000));
}
