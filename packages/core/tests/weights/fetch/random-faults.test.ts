import { closeSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "@jest/globals";
import { createRandomFaults, startFaultServer } from "@virga/conformance/fault-server";
import { InferenceError } from "../../../src/errors.ts";
import { fetchFile } from "../../../src/weights/fetch/fetch-file.ts";
import { isSame, randomBytes, toContent, toLocation } from "./fetch-harness.ts";

const RUNS = 200;
const AT_ONCE = 20;
const MOST_TRIES = 6;
const FAILURES = ["WEIGHTS_UNREACHABLE", "WEIGHTS_DENIED", "WEIGHTS_CORRUPT"];
const source = randomBytes(600_000);

interface Run {
  readonly outcome: "whole" | "failed";
  readonly requests: number;
}

/** One fetch through a server that fails at random; nothing of it may stay behind, and nothing may be wrong. */
async function fetchThroughFaults(seed: number, folder: string): Promise<Run> {
  const bytes = source.subarray(0, 50_000 + ((seed * 7919) % 550_000));
  const content = toContent(bytes, 4096 * (1 + (seed % 9)));
  const share = 0.05 + (seed % 10) / 16;
  const server = await startFaultServer({
    objects: { "/model": bytes },
    secure: seed % 5 === 0,
    fault: createRandomFaults({ seed, share, mostBytes: 200_000 }),
  });
  const path = join(folder, `model-${seed}`);
  const fd = openSync(path, "wx+");
  const options = {
    connections: 1 + (seed % 6),
    backoffMs: 1,
    stallMs: 400,
    mostTries: MOST_TRIES,
    deadlineMs: 20_000,
    certificateAuthority: server.certificateAuthority,
  };
  const error: unknown = await fetchFile(
    toLocation(new URL("model", server.url)),
    content,
    { fd, path },
    options,
  ).catch((failure: unknown) => failure);
  const left = readFileSync(path);
  // Whatever is still written, or still open, shows until the server sees the last connection end.
  for (let polls = 0; server.connections > 0 && polls < 200; polls += 1) await sleep(10);
  expect(server.connections).toBe(0);
  expect(isSame(left, readFileSync(path))).toBe(true);
  closeSync(fd);
  const requests = server.requests.length;
  await server.close();
  if (error === undefined) {
    expect(isSame(left, bytes)).toBe(true);
    return { outcome: "whole", requests };
  }
  expect(error).toBeInstanceOf(InferenceError);
  expect(FAILURES).toContain(error instanceof InferenceError ? error.code : undefined);
  return { outcome: "failed", requests };
}

const openFiles = (): number => readdirSync("/proc/self/fd").length;

describe("fetchFile through random faults", () => {
  it(`gives the right bytes or one clear error in ${RUNS} runs, and leaves nothing open`, async () => {
    const folder = mkdtempSync(join(tmpdir(), "virga-faults-"));
    const before = openFiles();
    const runs: Run[] = [];
    for (let seed = 1; seed <= RUNS; seed += AT_ONCE) {
      const seeds = Array.from({ length: AT_ONCE }, (_, index) => seed + index);
      runs.push(...(await Promise.all(seeds.map((each) => fetchThroughFaults(each, folder)))));
    }
    rmSync(folder, { recursive: true });
    expect(runs).toHaveLength(RUNS);
    expect(openFiles()).toBeLessThanOrEqual(before + 2);
    // Faults that pass are got over as a rule, and never by asking without end.
    expect(runs.filter(({ outcome }) => outcome === "whole").length).toBeGreaterThan(RUNS / 2);
    expect(Math.max(...runs.map(({ requests }) => requests))).toBeLessThan(600);
  });
});
