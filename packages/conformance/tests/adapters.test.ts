import { describe, expect, it } from "@jest/globals";
import type { InferenceApp } from "@virga/core";
import type { OpenAdapter } from "../src/adapter-harness.ts";
import { ADAPTER_SERVICE_CASES } from "../src/adapter-service-cases.ts";
import { ADAPTER_TRANSLATION_CASES } from "../src/adapter-translation-cases.ts";
import { describeAdapter } from "../src/describe-adapter.ts";

type Send = (app: InferenceApp, request: Request) => Promise<Response>;

/** The smallest right adapter: a request is already a `Request`. */
const bare: Send = async (app, request) => {
  try {
    return await app.fetch(request);
  } catch {
    return Response.json({ error: "The service failed.", code: "INTERNAL" }, { status: 500 });
  }
};

const openWith =
  (send: Send, close: (app: InferenceApp) => Promise<void> = (app) => app.close()): OpenAdapter =>
  async (app) => ({ send: (request) => send(app, request), close: () => close(app) });

describeAdapter("bare fetch", openWith(bare));

/** Rebuilds a request with one thing changed. */
function changed(request: Request, url: string, headers: Headers, body: string | ArrayBuffer): Request {
  return new Request(url, { method: request.method, headers, ...(request.method === "GET" ? {} : { body }) });
}

const viaText: Send = async (app, request) =>
  bare(app, changed(request, request.url, request.headers, await request.text()));

const answersViaText: Send = async (app, request) => {
  const response = await bare(app, request);
  return new Response(response.status === 204 ? null : await response.text(), response);
};

const withoutQuery: Send = async (app, request) =>
  bare(app, changed(request, request.url.replace(/\?.*/, ""), request.headers, await request.arrayBuffer()));

const decodesPath: Send = async (app, request) =>
  bare(app, changed(request, decodeURIComponent(request.url), request.headers, await request.arrayBuffer()));

const withoutHeaders: Send = async (app, request) =>
  bare(app, changed(request, request.url, new Headers(), await request.arrayBuffer()));

const alwaysOk: Send = async (app, request) => {
  const response = await bare(app, request);
  return new Response(response.status === 204 ? null : await response.arrayBuffer(), { headers: response.headers });
};

const joinsCookies: Send = async (app, request) => {
  const response = await bare(app, request);
  const headers = new Headers(Object.fromEntries(response.headers));
  return new Response(response.status === 204 ? null : await response.arrayBuffer(), {
    status: response.status,
    headers,
  });
};

const leaks: Send = async (app, request) => {
  try {
    return await app.fetch(request);
  } catch (error) {
    return Response.json({ error: String(error), code: "INTERNAL" }, { status: 500 });
  }
};

const guessesType: Send = async (app, request) => {
  const body = await request.arrayBuffer();
  const isJson = request.headers.get("content-type")?.includes("json") === true;
  return bare(
    app,
    changed(
      request,
      request.url,
      request.headers,
      isJson ? JSON.stringify(JSON.parse(Buffer.from(body).toString() || "{}")) : body,
    ),
  );
};

/** One answer kept for all, as a response object shared between invocations would be. */
function sharesAnswers(): Send {
  let shared: Promise<Response> | undefined;
  return async (app, request) => {
    shared ??= bare(app, request);
    return (await shared).clone();
  };
}

const planted: Readonly<Record<string, OpenAdapter>> = {
  "reads the body as text": openWith(viaText),
  "writes the answer as text": openWith(answersViaText),
  "drops the query": openWith(withoutQuery),
  "decodes the path": openWith(decodesPath),
  "drops the headers": openWith(withoutHeaders),
  "loses the status": openWith(alwaysOk),
  "joins cookies": openWith(joinsCookies),
  "sends a stranger's message": openWith(leaks),
  "parses and rewrites JSON": openWith(guessesType),
  "mixes up requests at once": async (app) => openWith(sharesAnswers())(app),
  "never closes the app": openWith(bare, async () => undefined),
  "closes the app twice": openWith(bare, async (app) => {
    await app.close();
    await app.close();
  }),
};

/** The first case that a broken adapter fails, if there is one. */
async function firstFailure(open: OpenAdapter): Promise<string | undefined> {
  for (const each of [...ADAPTER_TRANSLATION_CASES, ...ADAPTER_SERVICE_CASES]) {
    try {
      await each.run(open);
    } catch {
      return each.name;
    }
  }
  return undefined;
}

describe("the adapter suite finds each planted bug", () => {
  for (const [bug, open] of Object.entries(planted)) {
    it(bug, async () => {
      expect(await firstFailure(open)).toBeDefined();
    });
  }
});
