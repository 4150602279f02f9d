import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { type Tensor, tensor } from "@virga/core";
import type { CorpusCase, CorpusModel } from "./corpus-case.ts";
import { numbersOf, outputsOf } from "./outcome.ts";

/** Silero VAD over a recording: each window goes in with the end of the one before it and the state that came out. */
export interface SpeechStream {
  readonly wav: string;
  readonly window: number;
  readonly context: number;
  readonly probabilities: readonly number[];
  readonly atol: number;
}

const WAV_HEADER_BYTES = 44;
const SAMPLE_RATE = 16_000n;
const STATE_SHAPE = [2, 1, 128];

/** The whole recording as one case; the caller carries the state, as over any stateless protocol. */
export function streamCase(stream: SpeechStream, model: CorpusModel, folder: string): CorpusCase {
  return {
    name: `${basename(folder)}/stream`,
    model,
    needsLocale: false,
    play: async (infer) => {
      const samples = readSamples(join(folder, stream.wav));
      let state: Tensor = tensor("float32", STATE_SHAPE, new Float32Array(256));
      for (const [index, expected] of stream.probabilities.entries()) {
        const inputs = {
          input: windowAt(samples, index * stream.window, stream),
          state,
          sr: tensor("int64", [], BigInt64Array.of(SAMPLE_RATE)),
        };
        const outputs = outputsOf(await infer(model.name, inputs));
        const [probability = Number.NaN] = numbersOf(outputs, "output");
        assert.ok(Math.abs(probability - expected) <= stream.atol, `window ${index}: ${probability}, not ${expected}`);
        state = outputs["stateN"] ?? assert.fail("the state is missing");
      }
    },
  };
}

/** The window with its context before it; zeros stand before the first sample. */
function windowAt(samples: Float32Array, start: number, { window, context }: SpeechStream): Tensor {
  const data = new Float32Array(context + window);
  const from = Math.max(0, start - context);
  data.set(samples.subarray(from, start + window), from - (start - context));
  return tensor("float32", [1, data.length], data);
}

/** 16-bit mono samples between -1 and 1. */
function readSamples(path: string): Float32Array {
  const bytes = readFileSync(path).subarray(WAV_HEADER_BYTES);
  return Float32Array.from({ length: bytes.length >> 1 }, (_, index) => bytes.readInt16LE(index * 2) / 32_768);
}
