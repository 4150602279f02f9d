import { afterEach, describe, expect, it } from "@jest/globals";
import {
  type Fault,
  type FaultServer,
  type FaultServerOptions,
  type ServedRequest,
  startFaultServer,
} from "@virga/conformance/fault-server";
import { CHUNK_BYTES, fetchBytes, isSame, randomBytes, toContent, toLocation } from "./fetch-harness.ts";

const bytes = randomBytes(20 * CHUNK_BYTES + 1234);
const content = toContent(bytes);
const servers: FaultServer[] = [];

async function start(options: Partial<FaultServerOptions> = {}): Promise<FaultServer> {
  const server = await startFaultServer({ objects: { "/model": bytes }, ...options });
  servers.push(server);
  return server;
}

/** The first requests meet the fault, all others none. */
const first =
  (count: number, fault: Fault) =>
  ({ index }: ServedRequest): Fault | undefined =>
    index < count ? fault : undefined;

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

describe("fetchFile", () => {
  it("fetches in parallel ranges that cover the object once", async () => {
    const server = await start();
    expect(isSame(await fetchBytes(server, content), bytes)).toBe(true);
    const ranges = server.requests.map(({ range }) => range).sort((a, b) => (a?.first ?? 0) - (b?.first ?? 0));
    expect(ranges).toHaveLength(4);
    expect(ranges[0]?.first).toBe(0);
    expect(ranges.at(-1)?.last).toBe(bytes.length - 1);
    for (const [index, range] of ranges.entries()) {
      expect(range?.first).toBe(index === 0 ? 0 : (ranges[index - 1]?.last ?? 0) + 1);
    }
  });

  it.each([0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 7 * CHUNK_BYTES])("fetches %i bytes", async (size) => {
    const part = bytes.slice(0, size);
    const server = await start({ objects: { "/model": part } });
    expect(isSame(await fetchBytes(server, toContent(part)), part)).toBe(true);
  });

  it("fetches over TLS, but not from one whose certificate nobody vouches for", async () => {
    const server = await start({ secure: true });
    const { certificateAuthority } = server;
    expect(isSame(await fetchBytes(server, content, { certificateAuthority }), bytes)).toBe(true);
    await expect(fetchBytes(server, content)).rejects.toMatchObject({
      code: "WEIGHTS_UNREACHABLE",
      message: expect.stringContaining("certificate is not trusted"),
    });
  });

  it("fetches without checksums, where the length is all that is known", async () => {
    const server = await start({ fault: first(2, { kind: "truncate", afterBytes: 5000 }) });
    const { sizeBytes, chunkBytes } = content;
    expect(isSame(await fetchBytes(server, { sizeBytes, chunkBytes }), bytes)).toBe(true);
  });

  const passing: readonly Fault[] = [
    { kind: "reset", afterBytes: 0 },
    { kind: "reset", afterBytes: 30_000 },
    { kind: "truncate", afterBytes: 0 },
    { kind: "truncate", afterBytes: 30_000 },
    { kind: "stall", afterBytes: 0 },
    { kind: "stall", afterBytes: 30_000 },
    { kind: "status", status: 403 },
    { kind: "status", status: 429, retryAfter: "0" },
    { kind: "status", status: 500 },
    { kind: "status", status: 503, retryAfter: new Date().toUTCString() },
    { kind: "corrupt", atByte: 20_000 },
    { kind: "wrongRange" },
    { kind: "shortRange" },
    { kind: "whole" },
    { kind: "redirect", status: 307, times: 3 },
    { kind: "chunked", chunkBytes: 777 },
    { kind: "untilClose" },
    { kind: "coding", coding: "gzip" },
    { kind: "garbage" },
  ];

  it.each(passing)("gets over one connection's %j", async (fault) => {
    const server = await start({ fault: first(1, fault) });
    expect(isSame(await fetchBytes(server, content), bytes)).toBe(true);
  });

  it.each(passing)("gets over every connection's first %j", async (fault) => {
    const server = await start({ fault: first(4, fault) });
    expect(isSame(await fetchBytes(server, content), bytes)).toBe(true);
  });

  it("goes on from the byte where a connection broke", async () => {
    const server = await start({ fault: first(1, { kind: "truncate", afterBytes: 12_345 }) });
    await fetchBytes(server, content, { connections: 1 });
    expect(server.requests.map(({ range }) => range?.first)).toEqual([0, 12_345]);
  });

  it("fetches only a corrupt chunk and what follows it again", async () => {
    const server = await start({ fault: first(1, { kind: "corrupt", atByte: 3 * CHUNK_BYTES + 10 }) });
    await fetchBytes(server, content, { connections: 1 });
    expect(server.requests.map(({ range }) => range?.first)).toEqual([0, 3 * CHUNK_BYTES]);
  });

  it("fetches whole from a server that knows no ranges", async () => {
    const server = await start({ fault: () => ({ kind: "whole" }) });
    expect(isSame(await fetchBytes(server, content), bytes)).toBe(true);
  });

  it("goes on with a server that knows no ranges where the last try ended", async () => {
    const cut = ({ index }: ServedRequest): Fault =>
      index === 1 ? { kind: "truncate", afterBytes: 50_000 } : { kind: "whole" };
    const server = await start({ fault: cut });
    expect(isSame(await fetchBytes(server, content, { connections: 1 }), bytes)).toBe(true);
  });

  it("asks for credentials anew when they have expired", async () => {
    let asked = 0;
    const used = new Map<string, number>();
    const server = await start({
      fault: ({ headers }) => {
        const token = String(headers.authorization);
        used.set(token, (used.get(token) ?? 0) + 1);
        return (used.get(token) ?? 0) > 2 || token.endsWith("0") ? { kind: "status", status: 401 } : undefined;
      },
    });
    const location = toLocation(new URL("model", server.url), () => ({
      authorization: `token-${Math.floor(asked++ / 2)}`,
    }));
    expect(isSame(await fetchBytes(server, content, {}, location), bytes)).toBe(true);
  });

  it("never mixes an object with the one that replaced it", async () => {
    const other = randomBytes(bytes.length);
    const replaced = await start({
      fault: ({ index }) => (index === 2 ? { kind: "replace", bytes: other } : undefined),
    });
    const { sizeBytes, chunkBytes } = content;
    expect(isSame(await fetchBytes(replaced, { sizeBytes, chunkBytes }, { connections: 3 }), other)).toBe(true);
    const corrupt = await start({
      fault: ({ index }) => (index === 2 ? { kind: "replace", bytes: other } : undefined),
    });
    await expect(fetchBytes(corrupt, content)).rejects.toMatchObject({ code: "WEIGHTS_CORRUPT" });
  });

  it("pins every later range to the state of the first answer", async () => {
    const server = await start({ fault: first(4, { kind: "truncate", afterBytes: 100 }) });
    await fetchBytes(server, content);
    const later = server.requests.slice(4);
    expect(later.length).toBeGreaterThan(0);
    for (const { headers } of later) expect(headers["if-match"]).toMatch(/^".+"$/);
  });

  it("takes the work of a connection that is far slower than the others", async () => {
    const server = await start({
      bytesPerSecond: 4_000_000,
      fault: first(1, { kind: "slow", bytesPerSecond: 2_000 }),
    });
    expect(isSame(await fetchBytes(server, content, { stallMs: 60_000 }), bytes)).toBe(true);
    expect(server.requests.length).toBeGreaterThan(4);
  });
});
