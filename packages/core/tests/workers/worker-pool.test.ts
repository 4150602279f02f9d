import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, it, jest } from "@jest/globals";
import { encodeModel } from "@virga/conformance/onnx-model";
import { giveMemory } from "../../src/tensor/given-memory.ts";
import { type Tensors, tensor } from "../../src/tensor/tensor.ts";
import { createWorkerEngine } from "../../src/workers/worker-engine.ts";
import { processStarter } from "../../src/workers/worker-process.ts";
import { threadStarter } from "../../src/workers/worker-thread.ts";
import {
  codeOf,
  createTestedEngine,
  MORTAL_STARTERS,
  type Tested,
  type TestedEngine,
  until,
} from "./worker-harness.ts";
import { COUNTING, NEGATION, sourceOf, steps, vector } from "./worker-models.ts";

// Workers take long to start where many others want the CPUs.
jest.setTimeout(240_000);

/** Many times longer than a run of a few elements. */
const LONG = steps(50_000);

let engine: TestedEngine;
const create = (workers: number, start: Tested["start"] = threadStarter()): TestedEngine => {
  engine = createTestedEngine({ workers, start });
  return engine;
};

afterEach(() => engine.close());

/** A thread that is ended while it runs, loads or frees a model aborts the process. */
function watched(start: Tested["start"], faults: string[]): Tested["start"] {
  return ({ answered, ended }) => {
    let owed = 0;
    let isStopped = false;
    const channel = start({
      ended,
      answered(answer) {
        if (answer.kind !== "ready") owed -= 1;
        answered(answer);
      },
    });
    return {
      hold: channel.hold,
      send(request) {
        owed += 1;
        if (isStopped) faults.push(`asked to ${request.kind} once it was ended`);
        channel.send(request);
      },
      stop() {
        if (owed > 0) faults.push("ended while it owed an answer");
        isStopped = true;
        channel.stop();
      },
    };
  };
}

/** Names in the order in which their work has ended. */
async function orderOf(works: Readonly<Record<string, Promise<unknown>>>): Promise<readonly string[]> {
  const order: string[] = [];
  const ended = Object.entries(works).map(([name, work]) => work.catch(() => undefined).then(() => order.push(name)));
  await Promise.all(ended);
  return order;
}

describe("runs", () => {
  it("go on beside each other, and beside the calling thread", async () => {
    const { load, lanes } = create(4);
    const [counting, negation] = [await load(sourceOf(COUNTING)), await load(sourceOf(NEGATION))];
    await until(() => lanes.count === 4);
    const order = await orderOf({
      long: counting.run(LONG),
      alsoLong: counting.run(LONG),
      longToo: counting.run(LONG),
      short: negation.run(vector(1)),
      timer: sleep(1),
    });
    expect(order.slice(0, 2).sort()).toEqual(["short", "timer"]);
  });

  it("that find no worker idle are begun in the order in which they came", async () => {
    const { load } = create(1);
    const counting = await load(sourceOf(COUNTING));
    const names = ["first", "second", "third", "fourth"];
    const order = await orderOf(
      Object.fromEntries(names.map((name, index) => [name, counting.run(steps(4000 - 1000 * index))])),
    );
    expect(order).toEqual(names);
  });

  it("that wait are taken back when nobody waits for them; one that has begun ends by itself", async () => {
    const { load } = create(1);
    const counting = await load(sourceOf(COUNTING));
    const abort = new AbortController();
    const begun = counting.run(LONG, { signal: abort.signal });
    const waiting = codeOf(counting.run(LONG, { signal: abort.signal }));
    const stays = counting.run(steps(3));
    abort.abort();
    expect(await orderOf({ begun, waiting, stays })).toEqual(["waiting", "begun", "stays"]);
    expect(await waiting).toBe("CANCELLED");
    expect((await begun)["count"]?.data[0]).toBe(50_000);
  });

  it("take the memory of their inputs only where the caller gives it away and the tensor is all of it", async () => {
    const { load } = create(1);
    const session = await load(sourceOf(NEGATION));
    const part = tensor("float32", [2], new Float32Array(new ArrayBuffer(64), 8, 2));
    const [kept, given] = [vector(1, 2), vector(1, 2)];
    const detached = ({ x }: Tensors): boolean => ArrayBuffer.isView(x?.data) && x.data.buffer.byteLength === 0;
    await session.run(kept);
    await session.run({ x: part }, { mayTransfer: true });
    const { y } = await session.run(given, { mayTransfer: true });
    expect([kept, { x: part }, given].map(detached)).toEqual([false, false, true]);
    expect(y?.data).toEqual(Float32Array.of(-1, -2));
  });

  it("take memory that several inputs share where all of it is given away, once the caller says so", async () => {
    const { load } = create(1);
    const inputs = ["a", "b"].map((name) => ({ name, tensor: "float32", shape: ["N"] }) as const);
    const operations = [{ operator: "Add", inputs: ["a", "b"], outputs: ["y"] }];
    const session = await load(sourceOf({ inputs, outputs: NEGATION.outputs, operations }));
    const body = new ArrayBuffer(65_536);
    new Float32Array(body).set([0, 1, 2, 10, 20]);
    const views = {
      a: tensor("float32", [2], new Float32Array(body, 4, 2)),
      b: tensor("float32", [2], new Float32Array(body, 12, 2)),
    };
    giveMemory(views, new Uint8Array(body));
    expect((await session.run(views))["y"]?.data).toEqual(Float32Array.of(11, 22));
    expect(body.byteLength).toBe(65_536);
    expect((await session.run(views, { mayTransfer: true }))["y"]?.data).toEqual(Float32Array.of(11, 22));
    expect(body.byteLength).toBe(0);
  });

  it("may be given one array under two names", async () => {
    const { load } = create(1);
    const inputs = ["a", "b"].map((name) => ({ name, tensor: "float32", shape: ["N"] }) as const);
    const operations = [{ operator: "Add", inputs: ["a", "b"], outputs: ["y"] }];
    const session = await load(sourceOf({ inputs, outputs: NEGATION.outputs, operations }));
    const one = tensor("float32", [2], Float32Array.of(1, 2));
    const { y } = await session.run({ a: one, b: one }, { mayTransfer: true });
    expect(y?.data).toEqual(Float32Array.of(2, 4));
  });
});

describe.each([
  ["threads", threadStarter(), MORTAL_STARTERS.thread],
  ["processes", processStarter(), MORTAL_STARTERS.process],
])("worker %s", (_, start, mortal) => {
  it("end the runs that are under way and those that wait before a model or the engine is closed", async () => {
    const { load, close } = create(2, start);
    const [counting, negation] = [await load(sourceOf(COUNTING)), await load(sourceOf(NEGATION))];
    const runs = [counting.run(LONG), counting.run(LONG), counting.run(steps(7))];
    const order = await orderOf({ last: runs[2] ?? sleep(0), session: counting.close() });
    expect(order).toEqual(["last", "session"]);
    expect(await codeOf(counting.run(LONG))).toBe("INTERNAL");
    const late = [negation.run(vector(1)), negation.run(vector(2)), negation.run(vector(3))];
    const closing = close();
    expect(await codeOf(negation.run(vector(4)))).toBe("INTERNAL");
    expect(await codeOf(load(sourceOf(NEGATION)))).toBe("INTERNAL");
    expect((await Promise.all(late)).map(({ y }) => y?.data[0])).toEqual([-1, -2, -3]);
    await Promise.all([closing, close(), negation.close()]);
    expect((await Promise.all(runs)).map(({ count }) => count?.data[0])).toEqual([50_000, 50_000, 7]);
  });

  it("refuse runs of a model that no worker can load any more, and serve the others", async () => {
    const folder = await mkdtemp(join(tmpdir(), "virga-workers-"));
    const path = join(folder, "gone.onnx");
    await writeFile(path, encodeModel(NEGATION));
    const { load, lanes, log } = create(1, mortal);
    const [gone, counting] = [await load({ kind: "file", path }), await load(sourceOf(COUNTING))];
    await rm(folder, { recursive: true });
    expect((await gone.run(vector(1)))["y"]?.data[0]).toBe(-1);
    expect(await codeOf(gone.run(vector(1001)))).toBe("WORKER_LOST");
    expect(await Promise.all([codeOf(gone.run(vector(1))), codeOf(gone.run(vector(2)))])).toEqual([
      "WEIGHTS_MISSING",
      "WEIGHTS_MISSING",
    ]);
    expect((await counting.run(steps(2)))["count"]?.data[0]).toBe(2);
    expect(lanes.count).toBe(1);
    expect(log.map(({ event }) => event)).toEqual(["worker-lost", "worker-load-failed"]);
  });

  it("are asked nothing more once they are ended, and ended only when they have answered", async () => {
    const faults: string[] = [];
    for (let turns = 0; turns < 12; turns += 1) {
      const { load, close } = create(2, watched(start, faults));
      const sessions = [await load(sourceOf(NEGATION)), await load(sourceOf(COUNTING))];
      const closing = turns % 2 === 0 ? [close()] : [];
      for (let turn = 0; turn < turns; turn += 1) await null;
      closing.push(...sessions.map((session) => session.close()), close());
      await Promise.all(closing);
    }
    expect(faults).toEqual([]);
  });

  it("hold no model that was closed, also those that come later", async () => {
    const { load, log, lanes } = create(2, mortal);
    const closed = await load({ kind: "bytes", bytes: encodeModel(COUNTING) });
    await closed.close();
    const session = await load(sourceOf(NEGATION));
    expect(await codeOf(session.run(vector(1001)))).toBe("WORKER_LOST");
    await until(() => lanes.count === 2);
    expect((await session.run(vector(1)))["y"]?.data[0]).toBe(-1);
    expect(log.map(({ event }) => event)).toEqual(["worker-lost"]);
  });
});

describe("options", () => {
  it.each([{ workers: 0 }, { workers: 1.5 }, { threads: 0 }])("refuses %j", (options) => {
    create(1);
    expect(() => createWorkerEngine(options)).toThrow(expect.objectContaining({ code: "CONFIG_INVALID" }));
  });
});
