import { existsSync, readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { createExampleApp, predict } from "@virga/conformance/example-app";
import type { App } from "@virga/core";
import predictor from "../src/predict.ts";
import { LOOKBACK_SAMPLES, SAMPLE_RATE, WINDOW_SAMPLES } from "../src/windows.ts";

interface Answer {
  readonly probability: number[];
  readonly segments: number[];
  readonly state: number[];
  readonly context: number[];
}

const STATE_SHAPE = [2, 1, 128];

describe("speech", () => {
  let app: App;

  beforeAll(async () => {
    app = await createExampleApp(new URL("../serverless.yml", import.meta.url), predictor);
  });
  afterAll(() => app.close());

  function input(name: string, shape: readonly number[], data: readonly number[]) {
    return { name, datatype: "FP32", shape, data };
  }

  /** Sends a part of a stream; `before` is the answer to the part before it. */
  async function send(audio: Float32Array, before?: Answer): Promise<Answer> {
    const inputs = [input("audio", [audio.length], [...audio])];
    if (before !== undefined) {
      inputs.push(input("state", STATE_SHAPE, before.state), input("context", [before.context.length], before.context));
    }
    const [status, answer] = await predict(app, { inputs });
    expect([status, answer]).toEqual([200, expect.objectContaining({ outputs: expect.any(Array) })]);
    const { outputs } = answer as { outputs: { name: keyof Answer; data: number[] }[] };
    return Object.fromEntries(outputs.map(({ name, data }) => [name, data])) as unknown as Answer;
  }

  /** Sends a stream in parts of the given length, each with the state of the one before it. */
  async function sendInParts(audio: Float32Array, partSamples: number): Promise<number[]> {
    const probability: number[] = [];
    let before: Answer | undefined;
    for (let start = 0; start < audio.length; start += partSamples) {
      before = await send(audio.subarray(start, start + partSamples), before);
      probability.push(...before.probability);
    }
    return probability;
  }

  it("hears no speech in silence", async () => {
    const { probability, segments, context } = await send(new Float32Array(SAMPLE_RATE));
    expect(probability).toHaveLength(31);
    expect(Math.max(...probability)).toBeLessThan(0.1);
    expect(segments).toEqual([]);
    expect(context).toHaveLength(LOOKBACK_SAMPLES + (SAMPLE_RATE % WINDOW_SAMPLES));
  });

  it("hears a voice where there is one", async () => {
    const audio = new Float32Array(2 * SAMPLE_RATE);
    audio.set(vowel(SAMPLE_RATE), SAMPLE_RATE);
    const { segments } = await send(audio);
    expect(segments[0]).toBeGreaterThan(0.9);
    expect(segments[0]).toBeLessThan(1.2);
  });

  it("hears the same in a stream cut anywhere as in the whole", async () => {
    const audio = vowel(SAMPLE_RATE);
    const { probability } = await send(audio);
    expect(await sendInParts(audio, 3000)).toEqual(probability);
    expect(await sendInParts(audio, 100)).toEqual(probability);
  });

  it("refuses half of what a stream goes on with", async () => {
    const [status, answer] = await predict(app, {
      inputs: [
        input("audio", [1], [0]),
        input(
          "context",
          [64],
          Array.from({ length: 64 }, () => 0),
        ),
      ],
    });
    expect([status, answer]).toEqual([400, expect.objectContaining({ code: "INPUT_INVALID" })]);
  });

  const recording = new URL("../../../../shared/models/silero-vad/", import.meta.url);
  const recorded = existsSync(recording) ? it : it.skip;

  recorded("hears in a recording of 20 s what was recorded for it (skipped without ../shared)", async () => {
    const { stream } = JSON.parse(readFileSync(new URL("cases.json", recording), "utf8"));
    const audio = readWav(new URL(stream.wav, recording));
    const { probability } = await send(audio);
    expect(largestDifference(probability, stream.probabilities)).toBeLessThan(1e-4);
    expect(largestDifference(await sendInParts(audio, 50_000), stream.probabilities)).toBeLessThan(1e-4);
  });
});

/** A voice that says "ah": pulses at a pitch that falls, through three resonances of a throat. */
function vowel(length: number): Float32Array {
  const sound = new Float32Array(length);
  let phase = 0;
  for (let index = 0; index < length; index += 1) {
    phase += (140 - (30 * index) / length) / SAMPLE_RATE;
    if (phase < 1) continue;
    phase -= 1;
    sound[index] = 1;
  }
  for (const [frequency, bandwidth] of [
    [730, 90],
    [1090, 110],
    [2440, 170],
  ] as const) {
    resonate(sound, frequency, bandwidth);
  }
  const loudest = sound.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
  return sound.map((sample) => (0.5 * sample) / loudest);
}

function resonate(sound: Float32Array, frequency: number, bandwidth: number): void {
  const radius = Math.exp((-Math.PI * bandwidth) / SAMPLE_RATE);
  const turn = 2 * radius * Math.cos((2 * Math.PI * frequency) / SAMPLE_RATE);
  for (let index = 2; index < sound.length; index += 1) {
    sound[index] = sound[index]! + turn * sound[index - 1]! - radius * radius * sound[index - 2]!;
  }
}

/** 16-bit mono samples after a header of 44 bytes. */
function readWav(file: URL): Float32Array {
  const bytes = readFileSync(file).subarray(44);
  return Float32Array.from({ length: bytes.length / 2 }, (_, index) => bytes.readInt16LE(2 * index) / 32_768);
}

function largestDifference(some: readonly number[], others: readonly number[]): number {
  expect(some).toHaveLength(others.length);
  return Math.max(...some.map((each, index) => Math.abs(each - (others[index] ?? Number.NaN))));
}
