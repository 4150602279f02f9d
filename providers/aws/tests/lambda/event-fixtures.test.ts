import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "@jest/globals";
import { createLambdaHandler } from "@virga/aws/lambda";
import { CONTEXT } from "./support/context.ts";
import { toService } from "./support/to-service.ts";

const EVENTS = new URL("events/", import.meta.url);

interface Fixture {
  readonly event: unknown;
  readonly expected: {
    readonly method: string;
    readonly path: string;
    readonly query: string;
    readonly headers: Readonly<Record<string, string | null>>;
    readonly bodySha256: string;
  };
}

/** What the app is asked when the function gets an event. */
async function requestOf({ event, expected }: Fixture): Promise<Fixture["expected"]> {
  let seen: Fixture["expected"] | undefined;
  const app = {
    async fetch(request: Request) {
      const { pathname: path, search: query } = new URL(request.url);
      const bytes = new Uint8Array(await request.arrayBuffer());
      const headers = Object.fromEntries(
        Object.keys(expected.headers).map((name) => [name, request.headers.get(name)]),
      );
      const bodySha256 = createHash("sha256").update(bytes).digest("hex");
      seen = { method: request.method, path, query, headers, bodySha256 };
      return Response.json({});
    },
    warm: async () => undefined,
    close: async () => undefined,
  };
  await createLambdaHandler(toService(app))(event, CONTEXT);
  if (seen === undefined) throw new Error("The app was not asked.");
  return seen;
}

describe("an event, as each front writes it, becomes its request", () => {
  for (const file of readdirSync(EVENTS)) {
    it(file.replace(".json", ""), async () => {
      const fixture: Fixture = JSON.parse(readFileSync(new URL(file, EVENTS), "utf8"));
      expect(await requestOf(fixture)).toEqual(fixture.expected);
    });
  }
});
