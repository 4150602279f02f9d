/** Pixels row by row, four bytes each: red, green, blue, and alpha, which is not looked at. */
export interface Image {
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint8Array;
}

/** A rectangle in pixels; `right` and `bottom` lie just outside. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** How a network wants its pixels: `(value / 255 - mean) / deviation`, for blue, green and red in this order. */
export interface Normalisation {
  readonly mean: readonly [number, number, number];
  readonly deviation: readonly [number, number, number];
}

const BLUE_GREEN_RED = [2, 1, 0] as const;

/** A part of an image, scaled to a size (bilinear) and normalised: the planes blue, green and red. */
export function toPlanes(image: Image, part: Box, size: Size, { mean, deviation }: Normalisation): Float32Array {
  const planes = new Float32Array(3 * size.width * size.height);
  const columns = toSteps(part.left, part.right, size.width);
  const rows = toSteps(part.top, part.bottom, size.height);
  let index = 0;
  for (const plane of [0, 1, 2] as const) {
    const channel = BLUE_GREEN_RED[plane];
    for (const row of rows) {
      for (const column of columns) {
        const value = interpolate(image, row, column, channel);
        planes[index] = (value / 255 - mean[plane]) / deviation[plane];
        index += 1;
      }
    }
  }
  return planes;
}

/** Two neighbouring pixels of a row or a column, and how much of the second to take. */
interface Step {
  readonly first: number;
  readonly second: number;
  readonly weight: number;
}

/** Where each of `count` new pixels lies between the old ones from `start` to `end`, centre on centre. */
function toSteps(start: number, end: number, count: number): Step[] {
  return Array.from({ length: count }, (_, index) => {
    const centre = start + ((index + 0.5) * (end - start)) / count - 0.5;
    const position = Math.min(Math.max(centre, start), end - 1);
    const first = Math.floor(position);
    return { first, second: Math.min(first + 1, end - 1), weight: position - first };
  });
}

function interpolate({ pixels, width }: Image, row: Step, column: Step, channel: number): number {
  const at = (y: number, x: number): number => pixels[(y * width + x) * 4 + channel] ?? 0;
  const above = mix(at(row.first, column.first), at(row.first, column.second), column.weight);
  const below = mix(at(row.second, column.first), at(row.second, column.second), column.weight);
  return mix(above, below, row.weight);
}

function mix(first: number, second: number, weight: number): number {
  return first + (second - first) * weight;
}
