import assert from "node:assert/strict";
import { createProbeApp, type OpenAdapter, type ProbeApp, type SeenRequest } from "./adapter-harness.ts";
import { ADAPTER_LIMIT_CASES } from "./adapter-limit-cases.ts";
import type { ConformanceCase } from "./conformance-case.ts";
import { assertSameBytes, assertSameJson } from "./same.ts";

const ORIGIN = "http://127.0.0.1";
const everyByte = Uint8Array.from({ length: 256 }, (_, index) => index);

/** Sends one request through the adapter to a probe app and gives both ends of it. */
async function through(
  open: OpenAdapter,
  request: Request,
  answer: () => Response = () => new Response("{}", { headers: { "content-type": "application/json" } }),
): Promise<{ seen: SeenRequest; response: Response; bytes: Uint8Array }> {
  const app = createProbeApp(answer);
  const adapter = await open(app);
  try {
    const response = await adapter.send(request);
    const bytes = new Uint8Array(await response.arrayBuffer());
    const [seen] = app.seen;
    assert.ok(seen, "the request did not reach the app");
    assert.equal(app.seen.length, 1, "the app was asked more than once");
    return { seen, response, bytes };
  } finally {
    await adapter.close();
  }
}

type Body = ConstructorParameters<typeof Response>[0];

function post(body: Body, headers: Record<string, string> = {}, path = "/predict"): Request {
  const init = { method: "POST", headers, ...(body === undefined ? {} : { body }) };
  return new Request(`${ORIGIN}${path}`, init);
}

function requestCase(
  name: string,
  request: () => Request,
  check: (seen: SeenRequest) => void,
): ConformanceCase<OpenAdapter> {
  return {
    name,
    async run(open) {
      check((await through(open, request())).seen);
    },
  };
}

function bodyCase(name: string, body: Uint8Array, headers: Record<string, string>): ConformanceCase<OpenAdapter> {
  return requestCase(
    `request body: ${name}`,
    () => post(body, headers),
    (seen) => assertSameBytes(seen.body, body),
  );
}

function answerCase(
  name: string,
  answer: () => Response,
  check: (response: Response, bytes: Uint8Array) => void,
): ConformanceCase<OpenAdapter> {
  return {
    name: `answer: ${name}`,
    async run(open) {
      const { response, bytes } = await through(open, post("{}"), answer);
      check(response, bytes);
    },
  };
}

const binary = { "content-type": "application/octet-stream" };
const large = Uint8Array.from({ length: 700_001 }, (_, index) => (index * 7919) >> 3);

const requests: ConformanceCase<OpenAdapter>[] = [
  requestCase(
    "method GET",
    () => new Request(`${ORIGIN}/v2`),
    (seen) => {
      assert.equal(seen.method, "GET");
      assert.equal(seen.body.byteLength, 0);
    },
  ),
  requestCase(
    "headers",
    () => post("{}", { "inference-header-content-length": "2", "x-empty": "" }),
    (seen) => {
      assert.equal(seen.headers.get("inference-header-content-length"), "2");
      assert.equal(seen.headers.get("x-empty") ?? "", "");
    },
  ),
  bodyCase("every byte", everyByte, binary),
  bodyCase("every byte, labelled as a vendor's type", everyByte, { "content-type": "application/vnd.example+json" }),
  bodyCase("UTF-8 text in JSON", new TextEncoder().encode('{"text":"zażółć 🌧"}'), {
    "content-type": "application/json",
  }),
  bodyCase("700 kB", large, binary),
  bodyCase("empty", new Uint8Array(), binary),
  {
    name: "request body: binary without a content type",
    async run(open) {
      const request = post(everyByte);
      request.headers.delete("content-type");
      const { seen } = await through(open, request);
      assertSameBytes(seen.body, everyByte);
    },
  },
];

const answers: ConformanceCase<OpenAdapter>[] = [
  ...[200, 400, 404, 405, 413, 415, 500, 503, 504].map((status) =>
    answerCase(
      `status ${status}`,
      () => Response.json({ status }, { status }),
      (response, bytes) => {
        assert.equal(response.status, status);
        assertSameJson(JSON.parse(Buffer.from(bytes).toString()), { status });
      },
    ),
  ),
  answerCase(
    "every byte",
    () => new Response(everyByte, { headers: binary }),
    (response, bytes) => {
      assert.equal(response.headers.get("content-type"), "application/octet-stream");
      assertSameBytes(bytes, everyByte);
    },
  ),
  answerCase(
    "bytes labelled as JSON",
    () => new Response(everyByte, { headers: { "content-type": "application/json" } }),
    (_, bytes) => assertSameBytes(bytes, everyByte),
  ),
  answerCase(
    "700 kB",
    () => new Response(large, { headers: binary }),
    (_, bytes) => assertSameBytes(bytes, large),
  ),
  answerCase(
    "no body",
    () => new Response(null, { status: 204 }),
    (response, bytes) => {
      assert.equal(response.status, 204);
      assert.equal(bytes.byteLength, 0);
    },
  ),
  answerCase(
    "headers",
    () => new Response("x", { headers: { "retry-after": "3", "x-request-id": "a-1" } }),
    (response) => {
      assert.equal(response.headers.get("retry-after"), "3");
      assert.equal(response.headers.get("x-request-id"), "a-1");
    },
  ),
  answerCase("two cookies", twoCookies, (response) =>
    assertSameJson(response.headers.getSetCookie(), ["a=1; Path=/", "b=2; Expires=Wed, 21 Oct 2037 07:28:00 GMT"]),
  ),
];

function twoCookies(): Response {
  const headers = new Headers();
  headers.append("set-cookie", "a=1; Path=/");
  headers.append("set-cookie", "b=2; Expires=Wed, 21 Oct 2037 07:28:00 GMT");
  return new Response("x", { headers });
}

const lifecycle: ConformanceCase<OpenAdapter>[] = [
  {
    name: "an app that breaks its promise is answered for, and its text stays inside",
    async run(open) {
      const app: ProbeApp = createProbeApp(() => Promise.reject(new Error("secret-text")));
      const adapter = await open(app);
      try {
        const response = await adapter.send(post("{}"));
        assert.equal(response.status, 500);
        assert.ok(!(await response.text()).includes("secret-text"), "the error's text was sent to the caller");
      } finally {
        await adapter.close();
      }
    },
  },
  {
    name: "the app is closed once",
    async run(open) {
      const app = createProbeApp(() => new Response("{}"));
      const adapter = await open(app);
      await adapter.send(post("{}"));
      await adapter.close();
      assert.equal(app.closes, 1);
    },
  },
  {
    name: "requests at once keep their own answers",
    async run(open) {
      const app = createEchoApp();
      const adapter = await open(app);
      try {
        const bodies = Array.from({ length: 16 }, (_, index) => `body ${index} ${"x".repeat(index * 100)}`);
        const echoes = await Promise.all(bodies.map(async (body) => (await adapter.send(post(body))).text()));
        assertSameJson(echoes, bodies);
      } finally {
        await adapter.close();
      }
    },
  },
];

function createEchoApp(): ProbeApp {
  const probe = createProbeApp(() => new Response());
  return { ...probe, fetch: async (request) => new Response(await request.text()) };
}

/** What every adapter owes: bytes, names and numbers arrive on either side as they were sent. */
export const ADAPTER_TRANSLATION_CASES: readonly ConformanceCase<OpenAdapter>[] = [
  ...requests,
  ...answers,
  ...lifecycle,
  ...ADAPTER_LIMIT_CASES,
];
