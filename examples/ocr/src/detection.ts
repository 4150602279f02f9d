import { type Tensor, tensor } from "@virga/core";
import { type Box, type Image, type Normalisation, type Size, toPlanes } from "./image.ts";

/** Sides of what the network sees: multiples of 32, and no larger than it was trained on. */
const SIDE_MULTIPLE = 32;
const MAX_SIDE = 960;

/** A pixel belongs to a line where its probability is above this… */
const PIXEL_THRESHOLD = 0.3;
/** …and a line counts where the mean over its pixels is above this. */
const LINE_THRESHOLD = 0.6;
/** Specks lower or narrower than this are no text. */
const MIN_SIDE = 3;
/**
 * The network marks the core of a line only: how far the line reaches beyond it, by area over perimeter. More air than
 * usual (1.5), because recognition then sees the spaces between words; much more touches the lines above and below.
 */
const UNCLIP_RATIO = 2.2;

/** ImageNet's means and deviations, which PaddleOCR applies in this order to blue, green and red. */
const NORMALISATION: Normalisation = { mean: [0.485, 0.456, 0.406], deviation: [0.229, 0.224, 0.225] };

/** What the detection network takes: float32 [1, 3, height, width]. */
export function toDetectionInput(image: Image): Tensor<"float32"> {
  const scale = Math.min(1, MAX_SIDE / Math.max(image.width, image.height));
  const size = { width: toSide(image.width * scale), height: toSide(image.height * scale) };
  const whole = { left: 0, top: 0, right: image.width, bottom: image.height };
  return tensor("float32", [1, 3, size.height, size.width], toPlanes(image, whole, size, NORMALISATION));
}

function toSide(pixels: number): number {
  return Math.max(SIDE_MULTIPLE, Math.round(pixels / SIDE_MULTIPLE) * SIDE_MULTIPLE);
}

/**
 * The lines of text in reading order, in pixels of the image.
 *
 * @param map of the shape [1, 1, height, width]: how likely each pixel belongs to the core of a line.
 */
export function findLines(map: Tensor<"float32">, image: Size): Box[] {
  const [height = 0, width = 0] = map.shape.slice(-2);
  const scale = { x: image.width / width, y: image.height / height };
  const lines = findRegions(map.data, width)
    .filter(({ box, meanProbability }) => meanProbability > LINE_THRESHOLD && smallerSide(box) >= MIN_SIDE)
    .map(({ box }) => toImageBox(unclip(box), scale, image));
  return toReadingOrder(lines);
}

interface Region {
  readonly box: Box;
  readonly meanProbability: number;
}

/** Connected pixels above the threshold, each group with the box around it. */
function findRegions(map: Float32Array, width: number): Region[] {
  const seen = new Uint8Array(map.length);
  const regions: Region[] = [];
  for (let start = 0; start < map.length; start += 1) {
    if (isInk(map, seen, start)) regions.push(growRegion(map, seen, start, width));
  }
  return regions;
}

function isInk(map: Float32Array, seen: Uint8Array, index: number): boolean {
  return seen[index] === 0 && (map[index] ?? 0) > PIXEL_THRESHOLD;
}

function growRegion(map: Float32Array, seen: Uint8Array, start: number, width: number): Region {
  let [left, right, top, bottom] = [width, 0, map.length, 0];
  let sum = 0;
  const found = [start];
  seen[start] = 1;
  for (const index of found) {
    const x = index % width;
    const y = (index - x) / width;
    [left, right, top, bottom] = [Math.min(left, x), Math.max(right, x + 1), Math.min(top, y), Math.max(bottom, y + 1)];
    sum += map[index] ?? 0;
    for (const next of neighbours(index, x, width)) {
      if (!isInk(map, seen, next)) continue;
      seen[next] = 1;
      found.push(next);
    }
  }
  return { box: { left, top, right, bottom }, meanProbability: sum / found.length };
}

/** Those outside above and below have no probability, so that only the sides need care. */
function neighbours(index: number, x: number, width: number): number[] {
  const beside = [x > 0 ? -1 : 0, 0, x < width - 1 ? 1 : 0];
  return beside.flatMap((step) => [index + step - width, index + step, index + step + width]);
}

function smallerSide({ left, top, right, bottom }: Box): number {
  return Math.min(right - left, bottom - top);
}

/** Source: Liao et al., "Real-time Scene Text Detection with Differentiable Binarization", section 3.5. */
function unclip({ left, top, right, bottom }: Box): Box {
  const [width, height] = [right - left, bottom - top];
  const margin = (width * height * UNCLIP_RATIO) / (2 * (width + height));
  return { left: left - margin, top: top - margin, right: right + margin, bottom: bottom + margin };
}

function toImageBox(box: Box, scale: { readonly x: number; readonly y: number }, image: Size): Box {
  return {
    left: Math.max(0, Math.floor(box.left * scale.x)),
    top: Math.max(0, Math.floor(box.top * scale.y)),
    right: Math.min(image.width, Math.ceil(box.right * scale.x)),
    bottom: Math.min(image.height, Math.ceil(box.bottom * scale.y)),
  };
}

/** Row by row, and from left to right within a row. */
function toReadingOrder(lines: readonly Box[]): Box[] {
  const rows: Box[][] = [];
  for (const line of [...lines].sort((one, other) => middle(one) - middle(other))) {
    const row = rows.at(-1);
    const first = row?.[0];
    if (first !== undefined && middle(line) - middle(first) < (first.bottom - first.top) / 2) row?.push(line);
    else rows.push([line]);
  }
  return rows.flatMap((row) => row.sort((one, other) => one.left - other.left));
}

function middle({ top, bottom }: Box): number {
  return (top + bottom) / 2;
}
