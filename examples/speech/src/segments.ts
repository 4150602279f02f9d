import { SAMPLE_RATE, WINDOW_SAMPLES } from "./windows.ts";

/** Speech begins where a window is at least this likely… */
const BEGIN_PROBABILITY = 0.5;
/** …and goes on until one is less likely than this: two thresholds, so that it does not flicker between them. */
const END_PROBABILITY = 0.35;

const WINDOW_SECONDS = WINDOW_SAMPLES / SAMPLE_RATE;

/** The stretches of speech as pairs of begin and end, in seconds from the first window on. */
export function toSegments(probabilities: Float32Array): Float32Array {
  const times: number[] = [];
  let speaks = false;
  for (const [window, probability] of probabilities.entries()) {
    const threshold: number = speaks ? END_PROBABILITY : BEGIN_PROBABILITY;
    const speaksNow = probability >= threshold;
    if (speaksNow !== speaks) times.push(window * WINDOW_SECONDS);
    speaks = speaksNow;
  }
  if (speaks) times.push(probabilities.length * WINDOW_SECONDS);
  return Float32Array.from(times);
}
