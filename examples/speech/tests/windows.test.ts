import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { toSegments } from "../src/segments.ts";
import { cutWindows, LOOKBACK_SAMPLES, WINDOW_SAMPLES } from "../src/windows.ts";

const ramp = (length: number) => Float32Array.from({ length }, (_, index) => index);
const silence = new Float32Array(LOOKBACK_SAMPLES);

describe("cutWindows", () => {
  it("puts the end of the window before in front of each window and keeps what fills none", () => {
    const { windows, rest } = cutWindows(silence, ramp(1100));
    expect(windows.map((window) => [window.length, window.at(LOOKBACK_SAMPLES), window.at(-1)])).toEqual([
      [576, 0, 511],
      [576, 512, 1023],
    ]);
    expect(windows[1]?.[0]).toBe(512 - LOOKBACK_SAMPLES);
    expect([rest.length, rest[0], rest.at(-1)]).toEqual([LOOKBACK_SAMPLES + 76, 1024 - LOOKBACK_SAMPLES, 1099]);
  });

  it("gives the same windows however the stream is cut", () => {
    const stream = ramp(5 * WINDOW_SAMPLES + 100);
    const whole = cutWindows(silence, stream);
    fc.assert(
      fc.property(fc.array(fc.nat(stream.length), { maxLength: 8 }), (cuts) => {
        const borders = [0, ...cuts.sort((one, other) => one - other), stream.length];
        const windows: Float32Array[] = [];
        let rest: Float32Array = silence;
        for (const [index, begin] of borders.slice(0, -1).entries()) {
          const part = cutWindows(rest, stream.subarray(begin, borders[index + 1]));
          windows.push(...part.windows);
          rest = part.rest;
        }
        expect({ windows, rest }).toEqual(whole);
      }),
    );
  });
});

describe("toSegments", () => {
  it("begins at one threshold, ends at a lower one, and closes what is open at the end", () => {
    const probabilities = Float32Array.of(0.1, 0.45, 0.6, 0.4, 0.36, 0.2, 0.4, 0.9);
    expect(toSegments(probabilities)).toEqual(Float32Array.of(0.064, 0.16, 0.224, 0.256));
  });

  it("finds none in silence", () => {
    expect(toSegments(new Float32Array(4))).toEqual(new Float32Array(0));
  });
});
