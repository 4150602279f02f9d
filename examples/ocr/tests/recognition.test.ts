import { describe, expect, it } from "@jest/globals";
import { tensor } from "@virga/core";
import { CHARACTERS } from "../src/characters.ts";
import { readText, toRecognitionInput } from "../src/recognition.ts";

const characters = ["", "a", "b", " "];

/** One step for each of the given characters, which has the probability 0.7 there. */
function steps(...best: number[]) {
  const data = best.flatMap((index) => characters.map((_, each) => (each === index ? 0.7 : 0.1)));
  return tensor("float32", [1, best.length, characters.length], Float32Array.from(data));
}

describe("readText", () => {
  it("joins repetitions, and a blank between them keeps them apart", () => {
    expect(readText(steps(0, 1, 1, 0, 1, 2, 2, 0), characters).text).toBe("aab");
  });

  it("trims the spaces around the text and keeps those within", () => {
    expect(readText(steps(3, 1, 3, 2, 0, 3), characters).text).toBe("a b");
  });

  it("is as confident as its characters are on average, and not at all without any", () => {
    expect(readText(steps(1, 0, 2), characters).confidence).toBeCloseTo(0.7);
    expect(readText(steps(0, 0), characters)).toEqual({ text: "", confidence: 0 });
  });

  it("has a character for each of the network's 6625 numbers", () => {
    expect([CHARACTERS.length, CHARACTERS[0], CHARACTERS[1], CHARACTERS[6624]]).toEqual([6625, "", "'", " "]);
  });
});

describe("toRecognitionInput", () => {
  it("makes a line 48 pixels high, as wide as it then is, but not without bound", () => {
    const image = { width: 6000, height: 10, pixels: new Uint8Array(6000 * 10 * 4) };
    expect(toRecognitionInput(image, { left: 0, top: 0, right: 100, bottom: 10 }).shape).toEqual([1, 3, 48, 480]);
    expect(toRecognitionInput(image, { left: 0, top: 0, right: 6000, bottom: 10 }).shape).toEqual([1, 3, 48, 2400]);
  });
});
