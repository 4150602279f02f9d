import { afterAll } from "@jest/globals";
import { describeEngine } from "@virga/conformance";
import type { Engine } from "../../src/session/engine.ts";
import { createWorkerEngine } from "../../src/workers/worker-engine.ts";

// One engine of each kind for the whole suite, as a service has one.
const threads = createWorkerEngine({ workers: 2, threads: 1 });
const processes = createWorkerEngine({ workers: 2, threads: 1, isolation: "process" });

afterAll(async () => {
  await Promise.all([threads.close(), processes.close()]);
});

describeEngine("worker threads", () => inThisRealm(threads));
describeEngine("worker processes", () => inThisRealm(processes));

/** What arrives from a worker is made in Node's own realm, and Jest gives tests another: `deepEqual` tells them apart. */
function inThisRealm(engine: Engine): Engine {
  return {
    platform: engine.platform,
    async load(source) {
      const session = await engine.load(source);
      const { signature, unusableOutputs } = session;
      return { ...session, ...JSON.parse(JSON.stringify({ signature, unusableOutputs })) };
    },
  };
}
