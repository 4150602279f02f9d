/** Samples per second that the model was trained on. */
export const SAMPLE_RATE = 16_000;
/** Samples that the model judges at once: 32 ms. */
export const WINDOW_SAMPLES = 512;
/** Samples before the window that the model also wants to see. */
export const LOOKBACK_SAMPLES = 64;

export interface Windows {
  /** Each window with its lookback in front. */
  readonly windows: readonly Float32Array[];
  /** What the next part of the stream needs: the last lookback, then the samples that fill no window yet. */
  readonly rest: Float32Array;
}

/** Cuts a part of a stream into windows; `before` is the `rest` of the part before it. */
export function cutWindows(before: Float32Array, audio: Float32Array): Windows {
  const samples = new Float32Array(before.length + audio.length);
  samples.set(before);
  samples.set(audio, before.length);
  const windows: Float32Array[] = [];
  let start = 0;
  while (start + LOOKBACK_SAMPLES + WINDOW_SAMPLES <= samples.length) {
    windows.push(samples.subarray(start, start + LOOKBACK_SAMPLES + WINDOW_SAMPLES));
    start += WINDOW_SAMPLES;
  }
  return { windows, rest: samples.slice(start) };
}
