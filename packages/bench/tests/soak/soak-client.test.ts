import { createServer, type RequestListener, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "@jest/globals";
import { ModelVersions } from "../../src/soak/model-versions.ts";
import type { SoakCase } from "../../src/soak/soak-cases.ts";
import { SoakClient } from "../../src/soak/soak-client.ts";
import { SoakRecord } from "../../src/soak/soak-record.ts";

const asked: SoakCase = {
  model: "iris",
  rows: 1,
  number: 4,
  json: { bytes: Buffer.from("{}"), headers: { "content-type": "application/json" } },
  expected: [[], [1, 2], [3, 4]],
};

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** Asks a planted service once. */
async function ask(answer: RequestListener, record: SoakRecord = new SoakRecord()): Promise<SoakRecord> {
  const server = createServer(answer);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const ending = new AbortController();
  const versions = new Map([["iris", new ModelVersions(1)]]);
  const client = new SoakClient({ origin, cases: [asked], versions, record, ending: ending.signal }, "client");
  await client.repeat(async () => {
    ending.abort();
    await client.ask(asked, "json");
  }, 0);
  return record;
}

function says(version: number, data: readonly number[]): RequestListener {
  return (_, outgoing) => outgoing.end(JSON.stringify({ model_version: String(version), outputs: [{ data }] }));
}

function refuses(status: number, code: string, headers: Record<string, string> = {}): RequestListener {
  return (_, outgoing: ServerResponse) => outgoing.writeHead(status, headers).end(JSON.stringify({ code }));
}

describe("a client of the soak", () => {
  it("takes the right answer, to the last bits that a batch may change", async () => {
    const record = await ask(says(1, [1.00001, 2]));
    expect(record.violations).toEqual([]);
    expect(record.countOf("iris: right answers")).toBe(1);
  });

  it.each([
    ["numbers of neither version", says(1, [1, 2.01]), /gave what neither version answers/],
    ["too few numbers", says(1, [1]), /gave what neither version answers/],
    ["one version's answer under the other's name", says(1, [3, 4]), /gave the answer of version 2/],
    ["a version that is not in service", says(2, [3, 4]), /only 1 could/],
    ["a deadline that was missed", refuses(504, "DEADLINE_EXCEEDED"), /status 504/],
    ["a failure", refuses(500, "INTERNAL"), /status 500/],
    ["a refusal that says not when to come again", refuses(503, "OVERLOADED"), /status 503/],
    ["a lost worker that nobody killed", refuses(503, "WORKER_LOST", { "retry-after": "1" }), /WORKER_LOST/],
    ["a broken connection", (incoming) => incoming.socket.destroy(), /socket hang up|ECONNRESET/],
  ] satisfies [string, RequestListener, RegExp][])("names the request that meets %s", async (_, answer, violation) => {
    const { violations } = await ask(answer);
    expect(violations).toEqual([expect.stringMatching(violation)]);
    expect(violations[0]).toMatch(/^client-1 \(iris, case 4, 1 rows, json\)/);
  });

  it.each(["OVERLOADED", "WORKER_LOST", "NOT_READY"])(
    "takes %s with Retry-After once a worker was killed",
    async (code) => {
      const record = new SoakRecord();
      record.killed(performance.now());
      await ask(refuses(503, code, { "retry-after": "1" }), record);
      expect(record.violations).toEqual([]);
      expect(record.countOf(`503 ${code}`)).toBe(1);
    },
  );
});
