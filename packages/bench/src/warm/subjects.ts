import { type Tensors, tensor } from "@virga/core";
import type { Graph } from "../models/graph.ts";
import { mobilenet } from "../models/mobilenet.ts";
import { tinyClassifier } from "../models/multilayer-perceptron.ts";
import { RandomNumbers } from "../models/random-numbers.ts";
import { transformer } from "../models/transformer.ts";

/** A model and one request to it. */
export interface Subject {
  readonly graph: Graph;
  readonly inputs: Tensors;
  /** Requests in a row that make one sample: more where one is over in microseconds. */
  readonly repeats: number;
}

const TOKENS = 128;
export const IMAGE_SHAPE: readonly number[] = [1, 3, 224, 224];

/** 150,528 numbers, as of a normalised image. */
export function imageNumbers(): Float32Array {
  return new RandomNumbers(7).uniform(150_528, 2.5);
}

export const SUBJECTS: readonly Subject[] = [
  {
    graph: tinyClassifier(),
    inputs: { features: tensor("float32", [1, 4], Float32Array.of(5.1, 3.5, 1.4, 0.2)) },
    repeats: 50,
  },
  {
    graph: mobilenet(),
    inputs: { image: tensor("float32", IMAGE_SHAPE, imageNumbers()) },
    repeats: 3,
  },
  {
    graph: transformer(),
    inputs: {
      input_ids: tensor(
        "int64",
        [1, TOKENS],
        BigInt64Array.from({ length: TOKENS }, (_, index) => BigInt(index * 7)),
      ),
      attention_mask: tensor("int64", [1, TOKENS], new BigInt64Array(TOKENS).fill(1n)),
    },
    repeats: 3,
  },
];
