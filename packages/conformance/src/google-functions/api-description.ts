import { createRequire } from "node:module";
import protobuf from "protobufjs";
import { GoogleApiError } from "./google-error.ts";

/** Google's own description of its API, as its client for Node.js carries it. */
const DESCRIPTION = "@google-cloud/functions/build/protos/protos.json";

const root = protobuf.Root.fromJSON(createRequire(import.meta.url)(DESCRIPTION) as protobuf.INamespace).resolveAll();

/** Messages that JSON has a form of its own for. Source: Protocol Buffers, "ProtoJSON Format". */
const WELL_KNOWN: Readonly<Record<string, RegExp>> = {
  ".google.protobuf.Timestamp": /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/,
  ".google.protobuf.Duration": /^-?\d+(\.\d+)?s$/,
  ".google.protobuf.FieldMask": /^[\w.,]*$/,
};

const NUMBERS: Readonly<Record<string, readonly [number, number]>> = {
  int32: [-(2 ** 31), 2 ** 31 - 1],
  uint32: [0, 2 ** 32 - 1],
};

/**
 * Holds JSON against the description of a message: names, types, enumerations, one of each `oneof`.
 *
 * @param messageName such as `google.cloud.functions.v2.Function`. @throws GoogleApiError `INVALID_ARGUMENT`.
 */
export function checkMessage(messageName: string, value: unknown): void {
  checkType(root.lookupType(messageName), value, "");
}

/** @throws GoogleApiError `INVALID_ARGUMENT` for a path that leads to no field. */
export function checkMask(messageName: string, mask: string): void {
  for (const path of mask.split(",")) {
    let type: protobuf.Type | undefined = root.lookupType(messageName);
    for (const name of path.split(".")) {
      const field: protobuf.Field | undefined = type?.fields[toCamelCase(name)];
      if (field === undefined) throw invalid(`Invalid field mask: ${path} names no field of ${messageName}.`);
      type =
        field.resolvedType instanceof protobuf.Type && !field.repeated && !field.map ? field.resolvedType : undefined;
    }
  }
}

/** The fields of a message that a mask names, from one value into another. */
export function applyMask(mask: string, from: object, into: object): object {
  const result: Record<string, unknown> = { ...into };
  for (const path of mask.split(",")) {
    const [name = "", ...rest] = path.split(".").map(toCamelCase);
    const given: unknown = Reflect.get(from, name);
    const inner: unknown = Reflect.get(result, name) ?? {};
    result[name] = rest.length === 0 ? given : applyMask(rest.join("."), Object(given ?? {}), Object(inner));
  }
  return result;
}

function toCamelCase(name: string): string {
  return name.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

function checkType(type: protobuf.Type, value: unknown, path: string): void {
  const form = WELL_KNOWN[type.fullName];
  if (form !== undefined) {
    if (typeof value !== "string" || !form.test(value)) throw wrong(path, value, type.name);
    return;
  }
  if (!isRecord(value)) throw wrong(path, value, type.name);
  const given = Object.keys(value).filter((name) => value[name] !== null);
  for (const name of given) {
    const field = type.fields[name];
    if (field === undefined) {
      throw invalid(
        `Invalid JSON payload received. Unknown name "${name}"${path && ` at '${path}'`}: Cannot find field.`,
      );
    }
    checkField(field, value[name], path === "" ? name : `${path}.${name}`);
  }
  for (const { name, oneof } of type.oneofsArray) {
    const members = oneof.filter((member) => given.includes(member));
    if (members.length > 1) throw invalid(`Invalid value at '${path}': oneof field '${name}' is already set.`);
  }
}

function checkField(field: protobuf.Field, value: unknown, path: string): void {
  field.resolve();
  if (field.map) {
    if (!isRecord(value)) throw wrong(path, value, "map");
    for (const [name, each] of Object.entries(value)) checkValue(field, each, `${path}[${name}]`);
  } else if (field.repeated) {
    if (!Array.isArray(value)) throw wrong(path, value, "list");
    for (const [index, each] of value.entries()) checkValue(field, each, `${path}[${index}]`);
  } else {
    checkValue(field, value, path);
  }
}

function checkValue({ type, resolvedType }: protobuf.Field, value: unknown, path: string): void {
  if (resolvedType instanceof protobuf.Type) {
    checkType(resolvedType, value, path);
    return;
  }
  if (resolvedType instanceof protobuf.Enum) {
    if (typeof value === "string" && value in resolvedType.values) return;
    if (typeof value === "number" && value in resolvedType.valuesById) return;
    throw wrong(path, value, resolvedType.name);
  }
  if (!isScalar(type, value)) throw wrong(path, value, type);
}

function isScalar(type: string, value: unknown): boolean {
  const bounds = NUMBERS[type];
  if (bounds !== undefined) {
    const number = typeof value === "string" && value !== "" ? Number(value) : value;
    return Number.isInteger(number) && Number(number) >= bounds[0] && Number(number) <= bounds[1];
  }
  if (/64$/.test(type)) return Number.isInteger(value) || (typeof value === "string" && /^-?\d+$/.test(value));
  if (type === "bool") return typeof value === "boolean";
  if (type === "double" || type === "float") return typeof value === "number";
  return typeof value === "string";
}

function wrong(path: string, value: unknown, type: string): GoogleApiError {
  return invalid(`Invalid value at '${path}' (${type}), ${JSON.stringify(value)}`);
}

function invalid(message: string): GoogleApiError {
  return new GoogleApiError("INVALID_ARGUMENT", message);
}

/** Whether a value of JSON is an object. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
