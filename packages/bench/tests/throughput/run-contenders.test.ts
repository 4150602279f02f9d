import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "@jest/globals";
import type { Row } from "../../src/frame/row.ts";
import type { Contender } from "../../src/throughput/contender.ts";
import { largestDifference } from "../../src/throughput/expected-answers.ts";
import { startLoadGenerator } from "../../src/throughput/load-generator.ts";
import { NAIVE } from "../../src/throughput/node-contenders.ts";
import { preparePeers } from "../../src/throughput/prepare-contenders.ts";
import { processTree } from "../../src/throughput/process-tree.ts";
import { withContenders } from "../../src/throughput/run-contenders.ts";
import { findFreePort, startServerCommand } from "../../src/throughput/started-server.ts";
import { WORKLOADS } from "../../src/throughput/workloads.ts";

const LISTEN =
  "require('node:http').createServer((_, answer) => answer.end()).listen(Number(process.argv[1]), '127.0.0.1')";

async function startScript(script: string) {
  const port = await findFreePort();
  return startServerCommand({ words: [process.execPath, "-e", script, String(port)], port, readyPath: "/" });
}

/** Answers every request with the same wrong numbers. */
const WRONG: Contender = {
  ...NAIVE,
  name: "wrong",
  start: () => {
    const body = JSON.stringify({ outputs: [{ data: [1, 2, 3] }] });
    return startScript(LISTEN.replace("answer.end()", `answer.end('${body}')`));
  },
};
const BROKEN: Contender = {
  ...NAIVE,
  name: "broken",
  start: () => startScript("console.error('no such model'); process.exit(3)"),
};

describe("contenders", () => {
  it("are left to the caller when they do not come up or answer wrongly; the others run", async () => {
    const cache = mkdtempSync(join(tmpdir(), "virga-bench-test-"));
    const generator = startLoadGenerator();
    const failures: string[] = [];
    try {
      const [workload] = WORKLOADS;
      if (workload === undefined) throw new Error("there are no workloads");
      await withContenders(
        {
          workload,
          contenders: [BROKEN, WRONG, NAIVE],
          cache,
          generator,
          progress: () => undefined,
          onFailure: ({ name }, error) => failures.push(`${name}: ${error}`),
        },
        async (running) => {
          expect(running.map(({ name }) => name)).toEqual(["node:http"]);
          const sample = await running[0]?.load(2, 0.2);
          expect(sample).toMatchObject({ failed: 0 });
          expect(sample?.requestsPerSecond).toBeGreaterThan(0);
        },
      );
      expect(failures).toEqual([
        expect.stringMatching(/broken.*ended before.*no such model/s),
        expect.stringContaining("wrongly"),
      ]);
    } finally {
      await generator.stop();
      rmSync(cache, { recursive: true, force: true });
    }
  }, 60_000);

  it("that cannot be installed are left out and named, and unknown ones refused", () => {
    // A file where the folder of the environments would be.
    const cache = join(mkdtempSync(join(tmpdir(), "virga-bench-test-")), "file");
    writeFileSync(cache, "");
    const { peers, leftOut } = preparePeers("node,mlserver", cache);
    expect(peers.map(({ name }) => name)).toEqual(["node:http"]);
    expect(leftOut).toEqual([expect.stringMatching(/^left out: mlserver \(.+\)$/)]);
    expect(() => preparePeers("apache", cache)).toThrow("--peers takes names out of node,fastapi,mlserver");
  });

  it("end with all the processes that they started", async () => {
    const server = await startScript(`require('node:child_process').spawn('sleep', ['60']); ${LISTEN}`);
    const tree = processTree(server.pid);
    await server.stop();
    if (process.platform === "linux") expect(tree).toHaveLength(2);
    while (tree.some(isRunning)) await sleep(20);
  }, 30_000);
});

/** What has been killed stays in the list until somebody has asked how it ended. */
function isRunning(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}

describe("largestDifference", () => {
  it.each([
    [[1, -2], [1, -2], 0],
    [[1, -2], [1.5, -2], 0.25],
    [[1, -2], [1], Number.POSITIVE_INFINITY],
    [[1, -2], [1, Number.NaN], Number.POSITIVE_INFINITY],
  ])("of %p and %p is %p", (expected, actual, difference) => {
    expect(largestDifference(Float32Array.from(expected), Float32Array.from(actual))).toBe(difference);
  });
});

/** No peer tells it, and a loop that is never late has none. */
const OURS_ONLY = "event loop's lag p99";

describe("bench throughput", () => {
  const main = fileURLToPath(new URL("../../src/main.ts", import.meta.url));
  const flags = ["--models", "tiny", "--concurrency", "2", "--rounds", "1", "--seconds", "0.2", "--peers", "node"];

  it.each([
    ["throughput", ["throughput", "p99", "memory", "memory, with the start"]],
    ["latency", ["p50", "p99", "health p99", OURS_ONLY]],
  ])(
    "%s compares ours with a peer, and no request fails",
    async (name, metrics) => {
      const words = [
        "--conditions=virga:source",
        "--disable-warning=ExperimentalWarning",
        main,
        name,
        ...flags,
        "--json",
      ];
      const { stdout } = await promisify(execFile)(process.execPath, words, { timeout: 110_000 });
      const { rows } = JSON.parse(stdout.trimEnd().split("\n").at(-1) ?? "") as { rows: Row[] };
      expect(rows.map(({ metric }) => metric.replace(/^.*: /, ""))).toEqual([...metrics, "failed requests"]);
      expect(rows.at(-1)).toMatchObject({ ours: 0, met: true });
      for (const row of rows.slice(0, -1)) {
        expect(row.ours).toBeGreaterThanOrEqual(0);
        if (row.metric.endsWith(OURS_ONLY)) continue;
        expect(row.ours).toBeGreaterThan(0);
        expect(row.naive).toBeGreaterThan(0);
      }
    },
    120_000,
  );
});
