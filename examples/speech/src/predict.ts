import { definePredictor, expectTensor, InferenceError, type Tensor, tensor } from "@virga/core";
import { toSegments } from "./segments.ts";
import { cutWindows, LOOKBACK_SAMPLES, SAMPLE_RATE, WINDOW_SAMPLES } from "./windows.ts";

const STATE_SHAPE = [2, 1, 128] as const;
const SILENT_STATE = tensor("float32", STATE_SHAPE, new Float32Array(2 * 128));
const SILENT_CONTEXT = new Float32Array(LOOKBACK_SAMPLES);

/** How likely each 32 ms of a stream are speech; a stream goes on over as many requests as it likes. */
export default definePredictor({
  inputs: {
    audio: { type: "float32", shape: [-1] },
    state: { type: "float32", shape: STATE_SHAPE, optional: true },
    context: { type: "float32", shape: [-1], optional: true },
  },
  outputs: {
    probability: { type: "float32", shape: [-1] },
    segments: { type: "float32", shape: [-1, 2] },
    state: { type: "float32", shape: STATE_SHAPE },
    context: { type: "float32", shape: [-1] },
  },
  async predict({ audio, state, context }, { model, signal }) {
    checkContinuation(state, context);
    const { windows, rest } = cutWindows(context?.data ?? SILENT_CONTEXT, audio.data);
    const probability = new Float32Array(windows.length);
    let memory = state ?? SILENT_STATE;
    for (const [index, window] of windows.entries()) {
      const outputs = await model().run(
        {
          input: tensor("float32", [1, window.length], window),
          state: memory,
          sr: tensor("int64", [], BigInt64Array.of(BigInt(SAMPLE_RATE))),
        },
        { signal },
      );
      probability.set(expectTensor(outputs, "output", "float32").data, index);
      memory = expectTensor(outputs, "stateN", "float32");
    }
    const segments = toSegments(probability);
    return {
      probability: tensor("float32", [probability.length], probability),
      segments: tensor("float32", [segments.length / 2, 2], segments),
      state: memory,
      context: tensor("float32", [rest.length], rest),
    };
  },
});

function checkContinuation(state: Tensor | undefined, context: Tensor | undefined): void {
  if ((state === undefined) !== (context === undefined)) {
    throw new InferenceError(
      "INPUT_INVALID",
      "A stream goes on with both `state` and `context` of the answer before, and begins with neither.",
    );
  }
  const length = context?.data.length ?? LOOKBACK_SAMPLES;
  if (length < LOOKBACK_SAMPLES || length >= LOOKBACK_SAMPLES + WINDOW_SAMPLES) {
    throw new InferenceError(
      "INPUT_INVALID",
      `\`context\` has ${length} samples; send the one of the answer before, unchanged.`,
    );
  }
}
