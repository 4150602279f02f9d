import type { CurvePoint } from "@virga/cost";
import { escapeText } from "./escape.ts";
import { type LogScale, logScale, shortNumber } from "./log-scale.ts";

/** A target's cost over requests per month. */
export interface Curve {
  readonly name: string;
  readonly points: readonly CurvePoint[];
}

const HEIGHT = 620;
const PLOT = { left: 70, right: 700, top: 20, bottom: 560 };
const LABEL_LEFT = 800;
/** Beside a name stands a piece of its line. */
const SAMPLE = { left: 740, right: 790 };
const LABEL_HEIGHT = 17;
/** More than a character of a label is wide, whatever the font. */
const CHARACTER_WIDTH = 8;
/** Lowest amount that is drawn: a cent. */
const LEAST = 0.01;
/** Lines differ by dashes and marks, so that they can be told apart in black and white. */
const DASHES = ["", "8 4", "2 3", "12 4 2 4", "5 2", "1 5"];
const MARKS = [
  "M-4,0 a4,4 0 1,0 8,0 a4,4 0 1,0 -8,0",
  "M-4,-4 h8 v8 h-8 z",
  "M0,-5 L5,4 H-5 z",
  "M0,-5 L5,0 L0,5 L-5,0 z",
];
const MARK_EVERY = 24;

interface Place {
  readonly x: number;
  readonly y: number;
}

/** Curves on two logarithmic axes as SVG, with a line at the traffic that was asked about. */
export function drawCostChart(curves: readonly Curve[], requests: number): string {
  const points = curves.flatMap((curve) => curve.points);
  const counts = points.map((point) => Number(point.requests));
  const totals = points.map(({ total }) => Number(total ?? 0)).filter((total) => total >= LEAST);
  const x = logScale(Math.min(...counts), Math.max(...counts), PLOT.left, PLOT.right);
  const y = logScale(Math.min(...totals), Math.max(...totals), PLOT.bottom, PLOT.top);
  const width = LABEL_LEFT + CHARACTER_WIDTH * Math.max(...curves.map(({ name }) => name.length));
  return [
    `<svg viewBox="0 0 ${width} ${HEIGHT}" role="img" aria-label="Cost per month over requests per month">`,
    drawAxes(x, y),
    drawAskedTraffic(x, requests),
    ...drawCurves(curves, x, y),
    "</svg>",
  ].join("\n");
}

function drawAxes(x: LogScale, y: LogScale): string {
  const vertical = x.ticks.map((tick) => {
    const at = round(x.place(tick));
    return `<path class="grid" d="M${at},${PLOT.top} V${PLOT.bottom}"/><text x="${at}" y="${PLOT.bottom + 20}" text-anchor="middle">${shortNumber(tick)}</text>`;
  });
  const horizontal = y.ticks.map((tick) => {
    const at = round(y.place(tick));
    return `<path class="grid" d="M${PLOT.left},${at} H${PLOT.right}"/><text x="${PLOT.left - 8}" y="${at + 4}" text-anchor="end">${shortNumber(tick)}</text>`;
  });
  const middle = (PLOT.left + PLOT.right) / 2;
  return [
    ...vertical,
    ...horizontal,
    `<text x="${middle}" y="${PLOT.bottom + 45}" text-anchor="middle">requests per month</text>`,
    `<text transform="translate(18,${(PLOT.top + PLOT.bottom) / 2}) rotate(-90)" text-anchor="middle">USD per month</text>`,
  ].join("\n");
}

function drawAskedTraffic(x: LogScale, requests: number): string {
  if (requests < x.from || requests > x.to) return "";
  const at = round(x.place(requests));
  return `<path class="asked" d="M${at},${PLOT.top} V${PLOT.bottom}"><title>the traffic asked about</title></path>`;
}

function drawCurves(curves: readonly Curve[], x: LogScale, y: LogScale): string[] {
  const drawn = curves.flatMap(({ name, points }, index) => {
    const places = points
      .filter(({ total }) => Number(total ?? 0) >= LEAST)
      .map((point): Place => ({ x: round(x.place(Number(point.requests))), y: round(y.place(Number(point.total))) }));
    return places.length === 0 ? [] : [{ name, index, places, end: places.at(-1) ?? { x: 0, y: 0 } }];
  });
  const labels = spread(drawn.map(({ end }) => end.y));
  return drawn.map(({ name, index, places, end }, order) => {
    const label = labels[order] ?? end.y;
    const dash = DASHES[index % DASHES.length] ?? "";
    const dashes = dash === "" ? "" : ` stroke-dasharray="${dash}"`;
    const mark = MARKS[index % MARKS.length] ?? "";
    const marks = places
      .filter((_, place) => (place + index * 5) % MARK_EVERY === 0)
      .concat({ x: (SAMPLE.left + SAMPLE.right) / 2, y: label })
      .map((place) => `<path class="mark" d="${mark}" transform="translate(${place.x},${round(place.y)})"/>`);
    return [
      `<g class="curve"><title>${escapeText(name)}</title>`,
      `<path class="line"${dashes} d="M${places.map((place) => `${place.x},${place.y}`).join(" L")}"/>`,
      `<path class="leader" d="M${end.x},${end.y} L${SAMPLE.left},${round(label)}"/>`,
      `<path class="line"${dashes} d="M${SAMPLE.left},${round(label)} H${SAMPLE.right}"/>`,
      ...marks,
      `<text x="${LABEL_LEFT}" y="${round(label + 4)}">${escapeText(name)}</text></g>`,
    ].join("");
  });
}

/** Moves labels apart that would overlap, keeping their order and their place on the picture. */
function spread(places: readonly number[]): number[] {
  const order = places.map((place, index) => ({ place, index })).sort((one, other) => one.place - other.place);
  const result = [...places];
  let least = PLOT.top;
  for (const { place, index } of order) {
    result[index] = Math.max(place, least);
    least = (result[index] ?? least) + LABEL_HEIGHT;
  }
  let most = PLOT.bottom + LABEL_HEIGHT;
  for (const { index } of order.reverse()) {
    result[index] = Math.min(result[index] ?? most, most);
    most = (result[index] ?? most) - LABEL_HEIGHT;
  }
  return result;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
