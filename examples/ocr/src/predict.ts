import { definePredictor, expectTensor, type Runnable, type RunOptions, tensor } from "@virga/core";
import { CHARACTERS } from "./characters.ts";
import { decodeImage } from "./decode-image.ts";
import { findLines, toDetectionInput } from "./detection.ts";
import type { Box, Image } from "./image.ts";
import { type RecognisedText, readText, toRecognitionInput } from "./recognition.ts";

/** Reads the lines of text in a PNG or JPEG image: one model finds them, another reads each. */
export default definePredictor({
  inputs: {
    image: { type: "uint8", shape: [-1] },
  },
  outputs: {
    text: { type: "string", shape: [-1] },
    confidence: { type: "float32", shape: [-1] },
    box: { type: "int32", shape: [-1, 4] },
  },
  async predict(inputs, { model, signal }) {
    const image = decodeImage(inputs.image.data);
    const boxes = await detect(image, model("detection"), { signal });
    const texts: RecognisedText[] = [];
    for (const box of boxes) texts.push(await recognise(image, box, model("recognition"), { signal }));
    const corners = boxes.flatMap(({ left, top, right, bottom }) => [left, top, right, bottom]);
    return {
      text: tensor(
        "string",
        [texts.length],
        texts.map(({ text }) => text),
      ),
      confidence: tensor(
        "float32",
        [texts.length],
        Float32Array.from(texts, ({ confidence }) => confidence),
      ),
      box: tensor("int32", [texts.length, 4], Int32Array.from(corners)),
    };
  },
});

async function detect(image: Image, detection: Runnable, options: RunOptions): Promise<Box[]> {
  const outputs = await detection.run({ x: toDetectionInput(image) }, options);
  return findLines(expectTensor(outputs, "sigmoid_0.tmp_0", "float32"), image);
}

async function recognise(image: Image, line: Box, recognition: Runnable, options: RunOptions): Promise<RecognisedText> {
  const outputs = await recognition.run({ x: toRecognitionInput(image, line) }, options);
  return readText(expectTensor(outputs, "softmax_11.tmp_0", "float32"), CHARACTERS);
}
