import type { Row } from "./row.ts";

/** The command was typed wrongly; the message says how. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** A setting of a benchmark: `--NAME VALUE`; a number where its default is one. */
export interface Flag {
  readonly default: number | string;
  readonly description: string;
}

type Flags = Readonly<Record<string, Flag>>;

/** The values of flags, each of the type of its default. */
export type FlagValues<Declared extends Flags> = {
  readonly [Name in keyof Declared]: Declared[Name]["default"] extends number ? number : string;
};

export interface BenchResult {
  readonly rows: readonly Row[];
  /** What the reader must know besides: how it was measured, which peers were left out. */
  readonly notes: readonly string[];
}

/** Says what is going on, for people who wait. */
export type Progress = (message: string) => void;

/** A benchmark as it is written. */
export interface BenchDefinition<Declared extends Flags> {
  readonly name: string;
  readonly summary: string;
  readonly flags: Declared;
  measure(flags: FlagValues<Declared>, progress: Progress): Promise<BenchResult>;
}

/** A benchmark as the command line sees it. */
export interface Bench {
  readonly name: string;
  readonly summary: string;
  readonly flags: Flags;
  /** Takes the flags as they were typed. @throws UsageError when a number is none. */
  measure(typed: Readonly<Record<string, string | undefined>>, progress: Progress): Promise<BenchResult>;
}

/** Declares a benchmark, its flags typed by their defaults. */
export function defineBench<const Declared extends Flags>(definition: BenchDefinition<Declared>): Bench {
  const { name, summary, flags } = definition;
  return {
    name,
    summary,
    flags,
    measure: (typed, progress) => definition.measure(toValues(flags, typed), progress),
  };
}

function toValues<Declared extends Flags>(
  flags: Declared,
  typed: Readonly<Record<string, string | undefined>>,
): FlagValues<Declared> {
  const values = Object.entries(flags).map(([name, flag]) => [name, toValue(name, flag, typed[name])]);
  return Object.fromEntries(values) as FlagValues<Declared>;
}

function toValue(name: string, flag: Flag, typed: string | undefined): number | string {
  if (typed === undefined) return flag.default;
  if (typeof flag.default === "string") return typed;
  const value = Number(typed);
  if (typed.trim() === "" || !(value > 0)) throw new UsageError(`--${name} takes a number above 0, not "${typed}"`);
  return value;
}
