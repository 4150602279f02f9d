/** One line of an exposition. */
export interface ParsedSample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(?:,(?=[a-zA-Z_])|(?=\}))/y;
const NUMBER = /^(?:[+-]Inf|NaN|-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)$/;
const ESCAPED: Readonly<Record<string, string>> = { "\\\\": "\\", "\\n": "\n", '\\"': '"' };

/** Reads text format 0.0.4 by its own rules and throws at whatever breaks one. */
export function parsePrometheus(text: string): ParsedSample[] {
  if (!text.endsWith("\n")) throw new Error("The last line does not end.");
  const kinds = new Map<string, string>();
  const samples: ParsedSample[] = [];
  for (const line of text.slice(0, -1).split("\n")) {
    const [, keyword, name = "", rest = ""] = /^# (HELP|TYPE) (\S+) (.+)$/.exec(line) ?? [];
    if (keyword === "TYPE") {
      if (kinds.has(name) || !NAME.test(name)) throw new Error(`A second type, or no name: ${line}`);
      kinds.set(name, rest);
    } else if (keyword === undefined) {
      const sample = parseSample(line);
      const family = sample.name.replace(/_(?:bucket|sum|count)$/, "");
      if (!(kinds.has(sample.name) || kinds.get(family) === "histogram")) throw new Error(`Of no type: ${line}`);
      samples.push(sample);
    }
  }
  const series = samples.map(({ name, labels }) => JSON.stringify([name, Object.entries(labels).sort()]));
  if (new Set(series).size !== series.length) throw new Error("A series is there twice.");
  return samples;
}

function parseSample(line: string): ParsedSample {
  const name = /^[^{ ]*/.exec(line)?.[0] ?? "";
  const labels: Record<string, string> = {};
  let position = name.length;
  if (line[position] === "{") {
    LABEL.lastIndex = position + 1;
    for (let found = LABEL.exec(line); found !== null; found = LABEL.exec(line)) {
      position = LABEL.lastIndex;
      const [, label = "", value = ""] = found;
      if (label in labels) throw new Error(`A label is there twice: ${line}`);
      labels[label] = value.replaceAll(/\\./g, (escaped) => ESCAPED[escaped] ?? "");
    }
    if (line[position] !== "}") throw new Error(`Labels do not end: ${line}`);
    position += 1;
  }
  const value = line.slice(position + 1);
  if (!NAME.test(name) || line[position] !== " " || !NUMBER.test(value)) throw new Error(`No sample: ${line}`);
  return { name, labels, value: Number(value.replace("Inf", "Infinity")) };
}

/** The value of the only series with these labels; those that are not named may be anything. */
export function findValue(
  samples: readonly ParsedSample[],
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number {
  const found = samples.filter(
    (sample) =>
      sample.name === name && Object.entries(labels).every(([label, value]) => sample.labels[label] === value),
  );
  const [only] = found;
  if (only !== undefined && found.length === 1) return only.value;
  throw new Error(`${found.length} series are ${name} ${JSON.stringify(labels)}: ${JSON.stringify(samples)}`);
}
