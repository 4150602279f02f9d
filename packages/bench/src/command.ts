import { parseArgs } from "node:util";
import { BENCHES } from "./benches.ts";
import { type Bench, UsageError } from "./frame/bench.ts";
import { toTable } from "./frame/table.ts";

/** Where a command's words go: results, and what is said on the way. */
export interface Output {
  print(text: string): void;
  report(text: string): void;
}

/** Runs `NAME [flags]`, or lists the benchmarks where no name is given. Returns the exit code. */
export async function runCommand(words: readonly string[], output: Output): Promise<number> {
  const [name, ...rest] = words;
  if (name === undefined || name.startsWith("-")) {
    output.print(`pnpm bench NAME [flags]\n\n${BENCHES.map(describe).join("\n\n")}`);
    return 0;
  }
  try {
    await runBench(findBench(name), rest, output);
    return 0;
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    output.report(error.message);
    return 1;
  }
}

async function runBench(bench: Bench, words: readonly string[], output: Output): Promise<void> {
  const { json, typed } = readFlags(bench, words);
  const { rows, notes } = await bench.measure(typed, output.report);
  output.print(toTable(rows));
  for (const note of notes) output.print(`- ${note}`);
  if (json) output.print(JSON.stringify({ bench: bench.name, rows }));
}

function findBench(name: string): Bench {
  const bench = BENCHES.find((each) => each.name === name);
  if (bench) return bench;
  throw new UsageError(`There is no benchmark "${name}"; there are: ${BENCHES.map((each) => each.name).join(", ")}.`);
}

interface TypedFlags {
  readonly json: boolean;
  readonly typed: Readonly<Record<string, string>>;
}

function readFlags(bench: Bench, words: readonly string[]): TypedFlags {
  const names = [...Object.keys(bench.flags), "json"];
  const options = Object.fromEntries(
    names.map((name) => [name, { type: name === "json" ? ("boolean" as const) : ("string" as const) }]),
  );
  try {
    const { values } = parseArgs({ args: [...words], options, allowPositionals: false });
    const typed = Object.entries(values).filter((entry): entry is [string, string] => typeof entry[1] === "string");
    return { json: values["json"] === true, typed: Object.fromEntries(typed) };
  } catch (error) {
    throw new UsageError(`${error instanceof Error ? error.message : error}\n\n${describe(bench)}`);
  }
}

function describe({ name, summary, flags }: Bench): string {
  const lines = Object.entries(flags).map(([flag, { default: value, description }]) => {
    return `    --${flag.padEnd(10)} ${description} (${value})`;
  });
  return [`  ${name}: ${summary}`, ...lines, `    --${"json".padEnd(10)} one line of JSON at the end`].join("\n");
}
