import assert from "node:assert/strict";
import { createProbeApp, type OpenAdapter, type OpenedAdapter, type SeenRequest } from "./adapter-harness.ts";
import type { ConformanceCase } from "./conformance-case.ts";
import { assertSameBytes, assertSameJson } from "./same.ts";

const ORIGIN = "http://127.0.0.1";
const everyByte = Uint8Array.from({ length: 256 }, (_, index) => index);

interface Exchange {
  readonly adapter: OpenedAdapter;
  readonly seen: SeenRequest | undefined;
  readonly response: Response;
  readonly text: string;
}

function limitCase(
  name: string,
  request: () => Request,
  check: (exchange: Exchange) => void,
): ConformanceCase<OpenAdapter> {
  return {
    name,
    async run(open) {
      const app = createProbeApp(() => new Response("{}", { headers: { "content-type": "application/json" } }));
      const adapter = await open(app);
      try {
        const response = await adapter.send(request());
        check({ adapter, seen: app.seen[0], response, text: await response.text() });
      } finally {
        await adapter.close();
      }
    },
  };
}

const PATH = "/v2/models/a%2Fb%20c/infer";

/** What a platform may do to requests and answers by itself: where it does not, everything arrives as it was sent. */
export const ADAPTER_LIMIT_CASES: readonly ConformanceCase<OpenAdapter>[] = [
  limitCase(
    "path with escapes",
    () => new Request(`${ORIGIN}${PATH}`, { method: "POST", body: "{}" }),
    ({ adapter, seen }) => {
      assert.ok(seen, "the request did not reach the app");
      const { path } = seen;
      assert.equal(path, adapter.unescapesPaths === true ? PATH.replace("%2F", "/") : PATH);
    },
  ),
  limitCase(
    "query with repeated and escaped names",
    () => new Request(`${ORIGIN}/predict?a=1&a=2&b=%26%3D`, { method: "POST", body: "{}" }),
    ({ adapter, seen }) => {
      const pairs = [
        ["a", "1"],
        ["a", "2"],
        ["b", "&="],
      ];
      const expected = adapter.keepsLastOfRepeated === true ? pairs.slice(1) : pairs;
      assertSameJson([...new URLSearchParams(seen?.query)], expected);
    },
  ),
  limitCase(
    "request body: every byte, labelled as text",
    () =>
      new Request(`${ORIGIN}/predict`, { method: "POST", body: everyByte, headers: { "content-type": "text/plain" } }),
    ({ adapter, seen, response, text }) => {
      if (adapter.readsTextBodies !== true) return assertSameBytes(seen?.body ?? new Uint8Array(), everyByte);
      assert.equal(seen, undefined, "a body that the platform has changed reached the app");
      assert.equal(response.status, 400);
      assert.match(text, /application\/octet-stream/);
    },
  ),
  {
    name: "an answer beyond the platform's bound is a clear failure, never a cut one",
    async run(open) {
      const { maxResponseBytes } = await openOnce(open);
      if (maxResponseBytes === undefined) return;
      const oversized = new Uint8Array(maxResponseBytes + 1);
      const headers = { "content-type": "application/octet-stream" };
      const adapter = await open(createProbeApp(() => new Response(oversized, { headers })));
      const response = await adapter.send(new Request(`${ORIGIN}/predict`, { method: "POST", body: "{}" }));
      assert.ok(response.status >= 400, `status ${response.status}`);
      assert.match(await response.text(), /"code"/);
      await adapter.close();
    },
  },
];

async function openOnce(open: OpenAdapter): Promise<OpenedAdapter> {
  const adapter = await open(createProbeApp(() => new Response()));
  await adapter.close();
  return adapter;
}
