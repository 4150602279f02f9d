import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it } from "@jest/globals";
import { generateLoad } from "../../src/throughput/generate-load.ts";
import type { LoadReport } from "../../src/throughput/load.ts";
import { toRequestBytes } from "../../src/throughput/request-bytes.ts";

const REQUESTS = ["one", "two", "three"].map((text) =>
  toRequestBytes("/infer", { bytes: Buffer.from(text), headers: { "content-type": "text/plain" } }),
);

async function underLoad(listener: RequestListener, connections: number): Promise<LoadReport> {
  const server = createServer(listener).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  try {
    return await generateLoad({ port, requests: REQUESTS, connections, warmUpMs: 20, measureMs: 150 });
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

/** Answers with what was sent. */
const echo: RequestListener = (incoming, outgoing) => {
  const pieces: Buffer[] = [];
  incoming.on("data", (piece: Buffer) => pieces.push(piece));
  incoming.on("end", () => {
    const body = Buffer.concat(pieces);
    outgoing.writeHead(200, { "content-length": body.byteLength }).end(body);
  });
};

describe("generateLoad", () => {
  it("counts what the server answered, and keeps every client's last answer beside its request", async () => {
    let answered = 0;
    const report = await underLoad((incoming, outgoing) => {
      outgoing.once("finish", () => {
        answered += 1;
      });
      echo(incoming, outgoing);
    }, 5);
    expect(report.failed).toBe(0);
    expect(report.answered).toBe(answered);
    expect(report.requestsPerSecond).toBeGreaterThan(0);
    expect(report.p99Ms).toBeGreaterThanOrEqual(report.p50Ms);
    const kept = report.answers.map(({ request, body }) => `${request} ${Buffer.from(body)}`);
    expect(kept.toSorted()).toEqual(["0 one", "0 one", "1 two", "1 two", "2 three"]);
  });

  it("counts answers of another status as failures, and goes on", async () => {
    let asked = 0;
    const report = await underLoad((incoming, outgoing) => {
      asked += 1;
      if (asked % 2 === 1) echo(incoming, outgoing);
      else outgoing.writeHead(503, { "content-length": 0 }).end();
    }, 2);
    expect(report).toMatchObject({ failed: Math.floor(asked / 2), failure: "status 503" });
    expect(report.answered).toBe(Math.ceil(asked / 2));
  });

  it("counts how long those waited that were answered after the measurement", async () => {
    const slow = 400;
    let asked = 0;
    const report = await underLoad((incoming, outgoing) => {
      asked += 1;
      setTimeout(() => echo(incoming, outgoing), asked % 2 === 1 ? slow : 0);
    }, 1);
    expect(report.failed).toBe(0);
    expect(report.p99Ms).toBeGreaterThanOrEqual(slow - 20);
  });

  it("counts those that waited all the while", async () => {
    // Much longer than warming up and measuring take, also where this process is held up.
    const slowMs = 2_500;
    // So few others that one in a hundred is at least one, however fast the machine.
    const quickMs = 20;
    let asked = 0;
    const report = await underLoad((incoming, outgoing) => {
      asked += 1;
      setTimeout(() => echo(incoming, outgoing), asked === 1 ? slowMs : quickMs);
    }, 2);
    expect(asked).toBeLessThan(100);
    expect(report.p99Ms).toBeGreaterThanOrEqual(slowMs - 20);
    expect(report.p50Ms).toBeLessThan(report.p99Ms);
  });

  it("ends when connections are closed on it, and says so", async () => {
    const report = await underLoad((incoming) => incoming.socket.destroy(), 3);
    expect(report).toMatchObject({ failed: 3, answered: 0, failure: expect.stringMatching(/closed|ECONNRESET/) });
  });

  it("rejects where nobody listens", async () => {
    const order = { port: 1, requests: REQUESTS, connections: 1, warmUpMs: 1, measureMs: 1 };
    await expect(generateLoad(order)).rejects.toThrow("ECONNREFUSED");
  });
});
