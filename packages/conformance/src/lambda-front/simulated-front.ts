import type { PlatformLimits } from "../adapter-harness.ts";
import type { Invoke, Invoked } from "./invoked.ts";

/** What stands between HTTP and a function, with the rules of the platform that it stands for. */
export interface SimulatedFront {
  readonly name: string;
  readonly limits: PlatformLimits;
  /** Largest event; larger ones are refused before the function is asked. */
  readonly mostEventBytes: number;
  toEvent(request: Request): Promise<object>;
  /** @throws Error for a result that the front cannot read, which it answers by 502. */
  toResponse(invoked: Invoked, request: Request): Response;
}

/** 6 MB. Source: Lambda quotas. */
export const LAMBDA_BYTES: number = 6 * 1024 * 1024;

/** Sends a request the whole way: event, function, answer. */
export async function sendThrough(front: SimulatedFront, invoke: Invoke, request: Request): Promise<Response> {
  const payload = JSON.stringify(await front.toEvent(request));
  if (Buffer.byteLength(payload) > front.mostEventBytes)
    return Response.json({ message: "Too Large" }, { status: 413 });
  const invoked = await invoke(payload);
  try {
    return front.toResponse(invoked, request);
  } catch {
    return Response.json({ message: "Internal Server Error" }, { status: 502 });
  }
}

/** A result's fields, as strictly as the fronts take them. @throws TypeError for any other. */
export interface FrontResult {
  readonly statusCode: number;
  readonly statusDescription: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly multiValueHeaders: Readonly<Record<string, readonly string[]>>;
  readonly cookies: readonly string[];
  readonly bytes: Buffer;
}

const FIELDS = [
  "statusCode",
  "statusDescription",
  "headers",
  "multiValueHeaders",
  "cookies",
  "body",
  "isBase64Encoded",
];

export function readResult(invoked: Invoked): FrontResult {
  if (invoked.kind !== "result") throw new TypeError("The invocation failed.");
  const result: Partial<Record<string, unknown>> = JSON.parse(invoked.text);
  if (!Object.keys(result).every((name) => FIELDS.includes(name))) throw new TypeError("unknown field");
  const { statusCode, statusDescription, headers = {}, multiValueHeaders = {}, cookies = [], body = "" } = result;
  const isRight =
    Number.isInteger(statusCode) &&
    isRecordOf(headers, isText) &&
    isRecordOf(multiValueHeaders, isListOfTexts) &&
    isListOfTexts(cookies) &&
    isText(body) &&
    typeof (result["isBase64Encoded"] ?? false) === "boolean" &&
    (statusDescription === undefined || isText(statusDescription));
  if (!isRight) throw new TypeError("The result is malformed.");
  const bytes = Buffer.from(body, result["isBase64Encoded"] === true ? "base64" : "utf8");
  return { statusCode: Number(statusCode), statusDescription, headers, multiValueHeaders, cookies, bytes };
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

function isListOfTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every(isText);
}

function isRecordOf<Value>(value: unknown, is: (each: unknown) => each is Value): value is Record<string, Value> {
  return typeof value === "object" && value !== null && !Array.isArray(value) && Object.values(value).every(is);
}

/** An answer as the client gets it. */
export function toClientResponse(
  status: number,
  headers: Iterable<readonly [string, string]>,
  bytes: Uint8Array,
): Response {
  const sent = new Headers();
  for (const [name, value] of headers) sent.append(name, value);
  const hasBody = ![204, 205, 304].includes(status);
  return new Response(hasBody ? new Uint8Array(bytes) : null, { status, headers: sent });
}
