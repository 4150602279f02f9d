import { inputInvalid } from "./cost-error.ts";
import { type Decimal, ONE, parseDecimal } from "./decimal/decimal.ts";
import { isRecord, type UnknownRecord } from "./unknown-record.ts";

/** Reads the fields of one object; every error names the field, and a field that nobody read is an error too. */
export interface InputReader {
  has(name: string): boolean;
  /** A number or decimal string, 0 or more. */
  amount(name: string): Decimal;
  optionalAmount(name: string): Decimal | undefined;
  /** From 0 to 1. */
  share(name: string): Decimal;
  text(name: string): string;
  choice<Choice extends string>(name: string, choices: readonly Choice[]): Choice;
  flag(name: string): boolean;
  group(name: string): InputReader;
  list(name: string): InputReader[];
  /** @throws CostError naming a field that was given and means nothing here. */
  finish(): void;
}

/** A reader of an object from outside; `path` stands in front of its fields in errors. */
export function readInputs(values: unknown, path: string): InputReader {
  if (!isRecord(values)) throw inputInvalid(path, "must be an object.");
  const used = new Set<string>();
  const groups: InputReader[] = [];
  const field = (name: string): string => (path === "" ? name : `${path}.${name}`);
  const get = (name: string): unknown => {
    used.add(name);
    return values[name];
  };
  const reader: InputReader = {
    has: (name) => values[name] !== undefined,
    amount: (name) => parseDecimal(required(get(name), field(name)), field(name)),
    optionalAmount: (name) => (values[name] === undefined ? undefined : reader.amount(name)),
    share(name) {
      const share = reader.amount(name);
      if (share.gt(ONE)) throw inputInvalid(field(name), `is a share from 0 to 1, not ${share.toFixed()}.`);
      return share;
    },
    text(name) {
      const text = required(get(name), field(name));
      if (typeof text !== "string" || text === "") throw inputInvalid(field(name), "must be text.");
      return text;
    },
    choice(name, choices) {
      const given = required(get(name), field(name));
      const choice = choices.find((each) => each === given);
      if (choice !== undefined) return choice;
      throw inputInvalid(field(name), `must be one of ${choices.join(", ")}, not ${JSON.stringify(given)}.`);
    },
    flag(name) {
      const flag = get(name) ?? false;
      if (typeof flag !== "boolean") throw inputInvalid(field(name), "must be true or false.");
      return flag;
    },
    group(name) {
      const group = readInputs(required(get(name), field(name)), field(name));
      groups.push(group);
      return group;
    },
    list(name) {
      const entries = get(name);
      if (!Array.isArray(entries)) throw inputInvalid(field(name), "must be a list.");
      const readers = entries.map((entry: unknown, index) => readInputs(entry, `${field(name)}[${index}]`));
      groups.push(...readers);
      return readers;
    },
    finish() {
      checkAllUsed(values, used, field);
      for (const group of groups) group.finish();
    },
  };
  return reader;
}

function checkAllUsed(values: UnknownRecord, used: ReadonlySet<string>, field: (name: string) => string): void {
  const unused = Object.keys(values).find((name) => values[name] !== undefined && !used.has(name));
  if (unused !== undefined) throw inputInvalid(field(unused), "means nothing here: it is misspelt or does not apply.");
}

function required(value: unknown, field: string): unknown {
  if (value === undefined) throw inputInvalid(field, "is missing.");
  return value;
}
