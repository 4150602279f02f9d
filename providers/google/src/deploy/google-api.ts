import { InferenceError } from "@virga/core";
import { explainRefusal, type GoogleRefusal } from "./google-refusal.ts";

/** Where Google's services answer; stand-ins are elsewhere. */
export interface GoogleEndpoints {
  readonly functions: URL;
  readonly run: URL;
  readonly storage: URL;
  readonly logging: URL;
  readonly resourceManager: URL;
}

/** Google's own. */
export const GOOGLE_ENDPOINTS: GoogleEndpoints = {
  functions: new URL("https://cloudfunctions.googleapis.com"),
  run: new URL("https://run.googleapis.com"),
  storage: new URL("https://storage.googleapis.com"),
  logging: new URL("https://logging.googleapis.com"),
  resourceManager: new URL("https://cloudresourcemanager.googleapis.com"),
};

/** One call of an API. */
export interface GoogleCall {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly service: keyof GoogleEndpoints;
  /** Without a slash in front. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: object;
  /** What is being done, such as `create the function iris-dev-predict`. */
  readonly action: string;
}

/** What the API client is given. */
export interface GoogleApiOptions {
  /** An OAuth 2.0 access token of the deployer. */
  readonly token: () => Promise<string>;
  readonly endpoints?: GoogleEndpoints;
  readonly project: string;
}

const PATIENCE_MS = 60_000;
const TRIES = 4;
const FIRST_PAUSE_MS = 500;
const PASSING: ReadonlySet<number> = new Set([429, 500, 502, 503, 504]);

/** Calls Google's APIs as the deployer. */
export class GoogleApi {
  readonly project: string;
  readonly #token: () => Promise<string>;
  readonly #endpoints: GoogleEndpoints;

  constructor({ token, endpoints = GOOGLE_ENDPOINTS, project }: GoogleApiOptions) {
    this.project = project;
    this.#token = token;
    this.#endpoints = endpoints;
  }

  /** @throws InferenceError in words that say what to do. */
  async call(call: GoogleCall): Promise<Readonly<Record<string, unknown>>> {
    const found = await this.find(call);
    if (found !== undefined) return found;
    throw new InferenceError(
      "CONFIG_INVALID",
      `Could not ${call.action}: it does not exist in project ${this.project}.`,
    );
  }

  /** As `call`, but nothing where there is no such resource. */
  async find(call: GoogleCall): Promise<Readonly<Record<string, unknown>> | undefined> {
    for (let attempt = 1; ; attempt += 1) {
      const { status, json } = await this.#send(call);
      if (status < 300) return json;
      const refusal: GoogleRefusal = { status, ...readRefusal(json) };
      if (status === 404 && !/\bAPI\b/.test(refusal.message)) return undefined;
      // A request that changes something and had no clear answer may have been carried out.
      const isSafe = call.method === "GET" || status === 429 || status === 503;
      if (!PASSING.has(status) || !isSafe || attempt === TRIES) throw explainRefusal(refusal, call, this.project);
      await new Promise((resolve) => setTimeout(resolve, FIRST_PAUSE_MS * 2 ** (attempt - 1)));
    }
  }

  async #send(call: GoogleCall): Promise<{ status: number; json: Readonly<Record<string, unknown>> }> {
    const base = this.#endpoints[call.service];
    const url = new URL(call.path, base.href.endsWith("/") ? base : `${base.href}/`);
    for (const [name, value] of Object.entries(call.query ?? {})) url.searchParams.set(name, value);
    const headers = {
      authorization: `Bearer ${await this.#token()}`,
      ...(call.body && { "content-type": "application/json" }),
    };
    const body = call.body === undefined ? null : JSON.stringify(call.body);
    try {
      const signal = AbortSignal.timeout(PATIENCE_MS);
      const response = await fetch(url, { method: call.method, headers, body, signal });
      return { status: response.status, json: parse(await response.text()) };
    } catch (cause) {
      throw new InferenceError("CONFIG_INVALID", `Could not ${call.action}: ${url.host} does not answer.`, { cause });
    }
  }
}

function parse(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text === "" ? "{}" : text);
    return isRecord(value) ? value : {};
  } catch {
    return { error: { message: text.slice(0, 500) } };
  }
}

function readRefusal(json: Readonly<Record<string, unknown>>): Omit<GoogleRefusal, "status"> {
  const error = isRecord(json["error"]) ? json["error"] : {};
  return {
    message: textOf(error["message"]),
    code: textOf(error["status"]),
    details: JSON.stringify(error["details"] ?? []),
  };
}

/** Whether a value of a JSON answer is an object. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A text of a JSON answer; empty where there is none. */
export function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}
