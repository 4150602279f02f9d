import { type Tensor, tensor } from "@virga/core";
import { type Box, type Image, type Normalisation, toPlanes } from "./image.ts";

const LINE_HEIGHT = 48;
/** A line is squeezed into this width at most: 50 times as wide as it is high. */
const MAX_LINE_WIDTH = 2400;
const NORMALISATION: Normalisation = { mean: [0.5, 0.5, 0.5], deviation: [0.5, 0.5, 0.5] };

/** What the recognition network takes: float32 [1, 3, 48, width]. */
export function toRecognitionInput(image: Image, line: Box): Tensor<"float32"> {
  const scaledWidth = Math.ceil((LINE_HEIGHT * (line.right - line.left)) / (line.bottom - line.top));
  const size = { width: Math.min(scaledWidth, MAX_LINE_WIDTH), height: LINE_HEIGHT };
  return tensor("float32", [1, 3, size.height, size.width], toPlanes(image, line, size, NORMALISATION));
}

export interface RecognisedText {
  readonly text: string;
  /** Mean probability of its characters; 0 where there are none. */
  readonly confidence: number;
}

/**
 * Reads the text off the probabilities of each character at each step (greedy CTC decoding).
 *
 * @param probabilities of the shape [1, steps, characters].
 * @param characters by their number in the network; number 0 stands for "no character".
 */
export function readText(probabilities: Tensor<"float32">, characters: readonly string[]): RecognisedText {
  const [steps = 0, classes = 0] = probabilities.shape.slice(-2);
  const read: string[] = [];
  let sum = 0;
  let previous = 0;
  for (let step = 0; step < steps; step += 1) {
    const scores = probabilities.data.subarray(step * classes, (step + 1) * classes);
    const best = indexOfLargest(scores);
    if (best !== 0 && best !== previous) {
      read.push(characters[best] ?? "");
      sum += scores[best] ?? 0;
    }
    previous = best;
  }
  return { text: read.join("").trim(), confidence: read.length === 0 ? 0 : sum / read.length };
}

function indexOfLargest(scores: Float32Array): number {
  let best = 0;
  for (let index = 1; index < scores.length; index += 1) {
    if ((scores[index] ?? 0) > (scores[best] ?? 0)) best = index;
  }
  return best;
}
