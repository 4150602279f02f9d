import { describe, expect, it } from "@jest/globals";
import { tensor } from "@virga/core";
import { findLines, toDetectionInput } from "../src/detection.ts";

/** A map of probabilities with rectangles in it: left, top, right, bottom, probability. */
function mapWith(width: number, height: number, ...rectangles: [number, number, number, number, number][]) {
  const data = new Float32Array(width * height);
  for (const [left, top, right, bottom, probability] of rectangles) {
    for (let y = top; y < bottom; y += 1) data.fill(probability, y * width + left, y * width + right);
  }
  return tensor("float32", [1, 1, height, width], data);
}

describe("findLines", () => {
  it("grows a box around the core of a line and scales it to the image", () => {
    const map = mapWith(64, 32, [10, 10, 50, 20, 0.9]);
    // 40 x 10 pixels: 400 * 2.2 / 100 = 8.8 pixels on each side.
    expect(findLines(map, { width: 64, height: 32 })).toEqual([{ left: 1, top: 1, right: 59, bottom: 29 }]);
    expect(findLines(map, { width: 128, height: 32 })).toEqual([{ left: 2, top: 1, right: 118, bottom: 29 }]);
  });

  it("stays within the image", () => {
    const lines = findLines(mapWith(64, 32, [0, 0, 64, 32, 1]), { width: 64, height: 32 });
    expect(lines).toEqual([{ left: 0, top: 0, right: 64, bottom: 32 }]);
  });

  it("does not join the end of a row of pixels to the beginning of the next", () => {
    const map = mapWith(64, 32, [60, 10, 64, 20, 1], [0, 11, 4, 21, 1]);
    expect(findLines(map, { width: 64, height: 32 })).toHaveLength(2);
  });

  it("leaves out specks and what is not likely enough", () => {
    const map = mapWith(64, 32, [5, 5, 40, 7, 1], [5, 20, 40, 30, 0.5], [50, 20, 60, 30, 0.2]);
    expect(findLines(map, { width: 64, height: 32 })).toEqual([]);
  });

  it("orders by row, then from left to right, however the boxes stand in their row", () => {
    const map = mapWith(
      200,
      100,
      [120, 10, 180, 18, 1],
      [10, 12, 70, 20, 1],
      [10, 60, 70, 68, 1],
      [120, 58, 180, 66, 1],
    );
    const lines = findLines(map, { width: 200, height: 100 });
    expect(lines.map(({ left, top }) => [left > 100, top > 40])).toEqual([
      [false, false],
      [true, false],
      [false, true],
      [true, true],
    ]);
  });
});

describe("toDetectionInput", () => {
  it.each([
    [1, 1, [1, 3, 32, 32]],
    [640, 480, [1, 3, 480, 640]],
    [4000, 1000, [1, 3, 256, 960]],
  ])("gives %i x %i pixels sides that are multiples of 32, at most 960", (width, height, shape) => {
    expect(toDetectionInput({ width, height, pixels: new Uint8Array(width * height * 4) }).shape).toEqual(shape);
  });
});
