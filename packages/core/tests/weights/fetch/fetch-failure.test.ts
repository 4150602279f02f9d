import { closeSync, openSync } from "node:fs";
import { afterEach, describe, expect, it } from "@jest/globals";
import {
  type Fault,
  type FaultServer,
  type FaultServerOptions,
  startFaultServer,
} from "@virga/conformance/fault-server";
import { InferenceError } from "../../../src/errors.ts";
import { fetchFile } from "../../../src/weights/fetch/fetch-file.ts";
import { CHUNK_BYTES, fetchBytes, QUICK, randomBytes, toContent, toLocation } from "./fetch-harness.ts";

const bytes = randomBytes(20 * CHUNK_BYTES + 1234);
const content = toContent(bytes);
const servers: FaultServer[] = [];

async function start(options: Partial<FaultServerOptions> = {}): Promise<FaultServer> {
  const server = await startFaultServer({ objects: { "/model": bytes }, ...options });
  servers.push(server);
  return server;
}

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

describe("fetchFile, when it cannot succeed", () => {
  const lasting: readonly [Fault, string][] = [
    [{ kind: "status", status: 403 }, "WEIGHTS_DENIED"],
    [{ kind: "status", status: 404 }, "WEIGHTS_MISSING"],
    [{ kind: "status", status: 416 }, "WEIGHTS_CORRUPT"],
    [{ kind: "status", status: 503 }, "WEIGHTS_UNREACHABLE"],
    [{ kind: "corrupt", atByte: 20_000 }, "WEIGHTS_CORRUPT"],
    [{ kind: "reset", afterBytes: 0 }, "WEIGHTS_UNREACHABLE"],
    [{ kind: "truncate", afterBytes: 0 }, "WEIGHTS_UNREACHABLE"],
    [{ kind: "stall", afterBytes: 0 }, "WEIGHTS_UNREACHABLE"],
    [{ kind: "wrongRange" }, "WEIGHTS_UNREACHABLE"],
    [{ kind: "redirect", status: 302, times: 1000 }, "WEIGHTS_UNREACHABLE"],
    [{ kind: "coding", coding: "gzip" }, "WEIGHTS_UNREACHABLE"],
    [{ kind: "garbage" }, "WEIGHTS_UNREACHABLE"],
  ];

  it.each(lasting)("ends with one error when every answer is %j", async (fault, code) => {
    const server = await start({ fault: () => fault });
    await expect(fetchBytes(server, content, { mostTries: 4 })).rejects.toMatchObject({ name: "InferenceError", code });
    expect(server.requests.length).toBeLessThan(4 * 4 * 6);
  });

  it("gives the store's own account of a refusal", async () => {
    const server = await start({ fault: () => ({ kind: "status", status: 403, body: "AccessDenied" }) });
    const location = {
      ...toLocation(new URL("model", server.url)),
      explain: (status: number, body: string) => new InferenceError("WEIGHTS_DENIED", `bucket b: ${status} ${body}`),
    };
    await expect(fetchBytes(server, content, {}, location)).rejects.toMatchObject({
      message: "bucket b: 403 AccessDenied",
    });
  });

  it("says that the disk is full", async () => {
    const server = await start();
    const target = { fd: openSync("/dev/full", "w"), path: "/dev/full" };
    const fetching = fetchFile(toLocation(new URL("model", server.url)), content, target, QUICK);
    await expect(fetching).rejects.toMatchObject({ code: "DISK_FULL" });
    closeSync(target.fd);
  });

  it("ends when it is cancelled, before or while it fetches", async () => {
    const server = await start({ bytesPerSecond: 1000 });
    const aborted = fetchBytes(server, content, { signal: AbortSignal.abort() });
    await expect(aborted).rejects.toMatchObject({ code: "CANCELLED" });
    const signal = AbortSignal.timeout(100);
    await expect(fetchBytes(server, content, { signal })).rejects.toMatchObject({ code: "CANCELLED" });
  });

  it("ends at its deadline, or at once when the server asks for more time than is left", async () => {
    const slow = await start({ bytesPerSecond: 1000 });
    await expect(fetchBytes(slow, content, { deadlineMs: 300 })).rejects.toMatchObject({
      code: "WEIGHTS_UNREACHABLE",
      message: expect.stringContaining("bytes are missing"),
    });
    const busy = await start({ fault: () => ({ kind: "status", status: 503, retryAfter: "60" }) });
    await expect(fetchBytes(busy, content)).rejects.toMatchObject({ code: "WEIGHTS_UNREACHABLE" });
    expect(busy.requests.length).toBeLessThanOrEqual(4);
  });

  it("fails soon where nobody listens", async () => {
    const server = await start();
    await server.close();
    servers.length = 0;
    await expect(fetchBytes(server, content, { mostTries: 3 })).rejects.toMatchObject({ code: "WEIGHTS_UNREACHABLE" });
  });

  it("shows no secret of a signed URL", async () => {
    const server = await start({ objects: {} });
    const location = toLocation(new URL("model?X-Amz-Signature=secret", server.url));
    const failed = await fetchBytes(server, content, {}, location).catch((error: Error) => error);
    expect(failed).toMatchObject({ message: expect.stringContaining("127.0.0.1") });
    expect(String(failed)).not.toContain("secret");
  });

  it("refuses a manifest whose checksums do not match the size", async () => {
    const server = await start();
    const wrong = { ...content, chunkCrc32: [1, 2, 3] };
    await expect(fetchBytes(server, wrong)).rejects.toMatchObject({ code: "WEIGHTS_CORRUPT" });
  });
});
